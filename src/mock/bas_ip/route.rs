//! The paths of the panel, read into routes.

use super::defect::Defect;
use super::edition::DeleteRoute;
use super::fault::Fault;
use super::nature::Nature;
use super::quirk::Quirk;

/// A place on the panel. Parts of the path that name an entity stay text: whether they are good is the operation's to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route<'a> {
    Information,
    Login,
    Logout,
    LinkItems,
    LinkDelete,
    Create,
    Item(&'a str),
    Items,
    ItemsDelete,
    Picture(&'a str),
    ItemProfile(&'a str, &'a str),
    PassesReset(&'a str),
    ByNumber,
    Bind(&'a str, &'a str),
    Unbind(&'a str),
    Apartment(&'a str),
    Apartments,
    ApartmentLinks,
    ProfileCreate,
    Profile(&'a str),
    Profiles,
    ProfileLinks,
    Forwards,
    ForwardLinks,
    Log,
    Open(&'a str),
    Denied,
    EmergencyOpen,
    EmergencyClose,
    RemoteServer,
    Representation,
    InputCode,
    Disabled,
}

impl<'a> Route<'a> {
    /// The route at a path; a path that leads nowhere is a fault.
    pub fn find(nature: &Nature, path: &'a str) -> Result<Self, Fault> {
        if path == "/api/info" {
            return Ok(Self::Information);
        }
        let old = || path.strip_prefix("/api/v0").filter(|_| nature.quirky(Quirk::V0AnswersToo));
        let below = path.strip_prefix(nature.prefix()).or_else(old);
        let rest = below.and_then(|rest| rest.strip_prefix('/')).ok_or(Fault::Path)?;
        let parts: Vec<&str> = rest.split('/').collect();
        Self::common(&parts).or_else(|| Self::special(nature, &parts)).ok_or(Fault::Path)
    }

    fn common(parts: &[&'a str]) -> Option<Self> {
        Some(match *parts {
            ["login"] => Self::Login,
            ["logout"] => Self::Logout,
            ["access", "identifier", "items", "link"] => Self::LinkItems,
            ["access", "identifier"] => Self::Create,
            ["access", "identifier", "items"] => Self::Items,
            ["access", "identifier", "item", uid] => Self::Item(uid),
            ["access", "identifier", "item", uid, "qr"] => Self::Picture(uid),
            ["access", "identifier", "item", uid, "timeprofile", profile] => Self::ItemProfile(uid, profile),
            ["access", "identifier", "item", uid, "passes", "reset"] => Self::PassesReset(uid),
            ["apartment", "item", "unbind", "identifier", uid] => Self::Unbind(uid),
            ["apartment", "item", apartment, "identifier", uid] => Self::Bind(apartment, uid),
            ["apartment", "item", apartment] => Self::Apartment(apartment),
            ["apartment", "items"] => Self::Apartments,
            ["apartment", "items", "link"] => Self::ApartmentLinks,
            ["access", "timeprofile"] => Self::ProfileCreate,
            ["access", "timeprofile", "item", profile] => Self::Profile(profile),
            ["access", "timeprofile", "items"] => Self::Profiles,
            ["access", "timeprofile", "items", "link"] => Self::ProfileLinks,
            ["forward", "items"] => Self::Forwards,
            ["forward", "items", "link"] => Self::ForwardLinks,
            ["log", "items"] => Self::Log,
            ["access", "general", "lock", "open", "remote", "accepted", lock] => Self::Open(lock),
            ["access", "general", "lock", "open", "remote", "control", "accepted", lock] => Self::Open(lock),
            ["access", "general", "lock", "open", "remote", "control", "denied"] => Self::Denied,
            ["access", "general", "lock", "open", "emergency"] => Self::EmergencyOpen,
            ["access", "general", "lock", "close", "emergency"] => Self::EmergencyClose,
            ["access", "general", "remote", "control", "settings"] => Self::RemoteServer,
            ["access", "general", "wiegand", "type"] => Self::Representation,
            ["access", "general", "unlock", "input", "code"] => Self::InputCode,
            ["access", "lift", "rule", ..] | ["desktop", ..] => Self::Disabled,
            _ => return None,
        })
    }

    /// Paths that only some editions have.
    fn special(nature: &Nature, parts: &[&'a str]) -> Option<Self> {
        let plural = nature.edition.plural_paths;
        Some(match *parts {
            ["access", "identifiers", "link", "delete"] if nature.delete_route() != DeleteRoute::Items => Self::LinkDelete,
            ["access", "identifiers"] if nature.edition.deletes_by_number => Self::ByNumber,
            ["access", "identifiers", "item"] if plural => Self::Create,
            ["access", "identifiers", "item", uid] if plural => Self::Item(uid),
            ["access", "identifiers", "items", "list"] if plural => Self::Items,
            ["access", "identifiers", "items", "delete"] if plural => Self::ItemsDelete,
            ["log", "list"] if plural => Self::Log,
            ["info"] | ["api", "info"] if nature.quirky(Quirk::InfoUnderBase) => Self::Information,
            _ => return None,
        })
    }

    /// The methods that mean something here.
    pub fn methods(&self, nature: &Nature) -> &'static [&'static str] {
        match self {
            Self::Login if nature.quirky(Quirk::LoginByPost) => &["GET", "POST"],
            Self::Login | Self::Information | Self::Picture(_) | Self::Log | Self::Open(_) | Self::Denied => &["GET"],
            Self::RemoteServer | Self::Representation | Self::InputCode | Self::Forwards | Self::Apartments => &["GET"],
            Self::Profiles => &["GET"],
            Self::Logout => &["GET", "POST"],
            Self::LinkItems if nature.delete_route() == DeleteRoute::Post => &["GET", "POST"],
            Self::LinkItems | Self::ApartmentLinks | Self::ProfileLinks | Self::ForwardLinks => &["GET", "POST", "DELETE"],
            Self::LinkDelete | Self::Create | Self::ProfileCreate | Self::PassesReset(_) | Self::ItemsDelete => &["POST"],
            Self::Bind(..) | Self::Unbind(_) | Self::EmergencyOpen | Self::EmergencyClose => &["POST"],
            Self::Item(_) | Self::Profile(_) => &["GET", "PATCH", "DELETE"],
            Self::Items | Self::Apartment(_) => &["GET", "DELETE"],
            Self::ItemProfile(..) => &["POST", "DELETE"],
            Self::ByNumber => &["DELETE"],
            Self::Disabled => &["GET", "POST", "PATCH", "DELETE"],
        }
    }

    /// True for calls that delete identifiers by link id.
    pub fn deletes_links(&self, method: &str) -> bool {
        matches!((self, method), (Self::LinkItems, "DELETE") | (Self::LinkDelete, "POST"))
    }

    /// True when the call needs no token.
    pub fn is_open(&self, nature: &Nature) -> bool {
        match self {
            Self::Login | Self::Disabled => true,
            Self::Information => !nature.wrong(Defect::InfoNeedsToken),
            _ => false,
        }
    }

    /// True when any account may call.
    pub fn is_everybodys(&self) -> bool {
        matches!(self, Self::Logout | Self::Log)
    }
}
