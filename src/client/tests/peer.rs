//! A peer on loopback that follows a script and nothing else.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

#[derive(Debug, Clone, Copy)]
pub enum Act {
    /// Read until an empty line and as many bytes of body.
    Read(usize),
    /// Read until the peer says that nothing more comes.
    ReadAll,
    /// Write; `|` stands for CR LF.
    Say(&'static str),
    Bytes(&'static [u8]),
    /// Write it again and again.
    Forever(&'static str),
    /// Write it byte by byte, twenty a second.
    Drip(&'static str),
    Wait(u64),
    /// Keep the connection open.
    Hold,
}

pub struct Peer {
    pub address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

/// Starts a peer: the first connection gets the first script and so on, the last script serves all that follow.
pub async fn peer(scripts: &'static [&'static [Act]]) -> Peer {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let shared = heard.clone();
    tokio::spawn(async move {
        for number in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            shared.lock().unwrap().push(String::new());
            tokio::spawn(follow(stream, scripts[number.min(scripts.len() - 1)], shared.clone(), number));
        }
    });
    Peer { address, heard }
}

impl Peer {
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What came over each connection, with `|` for CR LF.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().iter().map(|text| text.replace("\r\n", "|")).collect()
    }
}

async fn follow(mut stream: TcpStream, script: &'static [Act], heard: Arc<Mutex<Vec<String>>>, number: usize) {
    let read = async |stream: &mut TcpStream, text: &mut String| {
        let mut bytes = [0; 4096];
        let count = stream.read(&mut bytes).await.unwrap_or(0);
        let came = String::from_utf8_lossy(&bytes[..count]).into_owned();
        heard.lock().unwrap()[number].push_str(&came);
        text.push_str(&came);
        count
    };
    for act in script {
        let mut text = String::new();
        match act {
            Act::Read(body) => {
                while text.find("\r\n\r\n").is_none_or(|at| text.len() < at + 4 + body) {
                    if read(&mut stream, &mut text).await == 0 {
                        return;
                    }
                }
            }
            Act::ReadAll => while read(&mut stream, &mut text).await > 0 {},
            Act::Say(text) => drop(stream.write_all(text.replace('|', "\r\n").as_bytes()).await),
            Act::Bytes(bytes) => drop(stream.write_all(bytes).await),
            Act::Forever(text) => while stream.write_all(text.replace('|', "\r\n").as_bytes()).await.is_ok() {},
            Act::Drip(text) => {
                for byte in text.replace('|', "\r\n").bytes() {
                    drop(stream.write_all(&[byte]).await);
                    sleep(Duration::from_millis(50)).await;
                }
            }
            Act::Wait(milliseconds) => sleep(Duration::from_millis(*milliseconds)).await,
            Act::Hold => sleep(Duration::from_secs(60)).await,
        }
    }
}
