//! Who may do what; on a defective panel, what needs no token or no rights, and what is refused and done all the same.

use super::defect::Defect;
use super::device::Panel;
use super::fault::Fault;
use super::route::Route;
use super::session::Role;
use crate::mock::device::Request;
use std::time::Duration;

impl Panel {
    /// Lets the caller in, or says why not.
    pub(super) fn admit(&mut self, route: &Route, request: &Request, now: Duration) -> Result<(), Fault> {
        if route.is_open(&self.nature) {
            return Ok(());
        }
        let method = request.method.as_str();
        let deletes = route.deletes_links(method);
        let Some(role) = self.caller(request, now) else {
            let open = (deletes && self.dead_token_deletes(request)) || self.any_here(&unguarded(route, method));
            return if open { Ok(()) } else { Err(Fault::LogIn) };
        };
        if self.nature.wrong(Defect::AdministratorForbidden) && deletes {
            return Err(Fault::Rights);
        }
        let waved_through = self.any_here(&lenient(route, method));
        if role == Role::Administrator || route.is_everybodys() || waved_through {
            return Ok(());
        }
        if self.nature.wrong(Defect::Limited401) {
            return Err(Fault::LogIn);
        }
        Err(Fault::Rights)
    }

    /// True when a defective panel does what it refuses.
    pub(super) fn acts_despite(&self, refusal: &Fault, route: &Route, method: &str) -> bool {
        let (unknown, lesser) = (*refusal == Fault::LogIn, *refusal != Fault::LogIn);
        let deletes = route.deletes_links(method);
        self.any_here(&[
            (Defect::DeletesDespite401, deletes && unknown),
            (Defect::DeletesDespite403, deletes && lesser),
            (Defect::UpsertsDespiteRefusal, (*route, method) == (Route::LinkItems, "POST")),
            (Defect::OpensDespite401, matches!(route, Route::Open(_))),
            (Defect::CreatesDespite403, *route == Route::Create && lesser),
            (Defect::UpdatesDespite401, matches!(route, Route::Item(_)) && method == "PATCH" && unknown),
            (Defect::ApartmentsDespite401, (*route, method) == (Route::ApartmentLinks, "POST") && unknown),
            (Defect::ProfilesDespite401, (*route, method) == (Route::ProfileLinks, "POST") && unknown),
        ])
    }

    fn any_here(&self, defects: &[(Defect, bool)]) -> bool {
        defects.iter().any(|(defect, here)| *here && self.nature.wrong(*defect))
    }
}

/// What opens a call without a token, and whether it is about this call.
fn unguarded(route: &Route, method: &str) -> [(Defect, bool); 17] {
    let lists = (*route, method) == (Route::LinkItems, "GET");
    let opens = matches!(route, Route::Open(_));
    let item = |with: &str| matches!(route, Route::Item(_)) && method == with;
    let bulk = (*route, method) == (Route::Items, "DELETE") || *route == Route::ItemsDelete;
    [
        (Defect::TokenlessDelete, route.deletes_links(method)),
        (Defect::TokenlessList, lists),
        (Defect::TokenlessUpsert, (*route, method) == (Route::LinkItems, "POST")),
        (Defect::TokenlessOpen, opens),
        (Defect::TokenlessReads, method == "GET" && !lists && !opens),
        (Defect::TokenlessRemoval, item("DELETE")),
        (Defect::TokenlessCreation, *route == Route::Create),
        (Defect::TokenlessAlternate, *route == Route::LinkDelete),
        (Defect::TokenlessApartments, (*route, method) == (Route::ApartmentLinks, "POST")),
        (Defect::TokenlessProfiles, (*route, method) == (Route::ProfileLinks, "POST")),
        (Defect::TokenlessApartmentRemoval, (*route, method) == (Route::ApartmentLinks, "DELETE")),
        (Defect::TokenlessProfileRemoval, (*route, method) == (Route::ProfileLinks, "DELETE")),
        (Defect::TokenlessForwardRemoval, (*route, method) == (Route::ForwardLinks, "DELETE")),
        (Defect::TokenlessUpdate, item("PATCH")),
        (Defect::TokenlessBulk, bulk),
        (Defect::TokenlessItem, item("GET")),
        (Defect::TokenlessLogout, *route == Route::Logout),
    ]
}

/// What opens a call to an account without rights, and whether it is about this call.
fn lenient(route: &Route, method: &str) -> [(Defect, bool); 11] {
    let links = *route == Route::LinkItems;
    let item = matches!(route, Route::Item(_));
    let bulk = matches!(route, Route::Items | Route::ItemsDelete) && method != "GET";
    let writes = method != "GET";
    [
        (Defect::LimitedDeletes, route.deletes_links(method)),
        (Defect::LimitedLists, links && method == "GET"),
        (Defect::LimitedUpserts, links && method == "POST"),
        (Defect::LimitedReadsPlain, (item || *route == Route::Items) && method == "GET"),
        (Defect::LimitedCreates, *route == Route::Create),
        (Defect::LimitedUpdates, item && method == "PATCH"),
        (Defect::LimitedRemoves, (item && method == "DELETE") || bulk),
        (Defect::LimitedWritesApartments, *route == Route::ApartmentLinks && writes),
        (Defect::LimitedWritesProfiles, *route == Route::ProfileLinks && writes),
        (Defect::LimitedWritesForwards, *route == Route::ForwardLinks && writes),
        (Defect::LimitedServed, true),
    ]
}
