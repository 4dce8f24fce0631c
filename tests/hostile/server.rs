//! A server that misbehaves on the wire: it reads requests properly and answers each as its spoiler wants. In front of a mock device it is that
//! device until the requests come that it spoils.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use socket2::SockRef;

/// Answers one request, rightly or not. An error ends the connection.
pub type Spoiler = dyn Fn(&mut Talk) -> io::Result<()> + Send + Sync;

/// A server on loopback; its threads end with the process.
pub struct Hostile {
    pub url: String,
    /// The heads of all requests that came.
    pub asked: Arc<Mutex<Vec<String>>>,
}

/// One request, and the connection that wants an answer to it.
pub struct Talk {
    pub client: TcpStream,
    /// Request line and headers, with the blank line.
    pub head: String,
    pub body: Vec<u8>,
    /// The address of the device behind this server.
    pub device: String,
    /// What came beyond this request.
    rest: Vec<u8>,
    /// How many requests came before this one.
    pub count: usize,
}

impl Hostile {
    /// Serves until the process ends. `device` is the URL of a mock, or nothing.
    pub fn start(device: &str, spoiler: Box<Spoiler>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it has an address"));
        let device = device.trim_start_matches("http://").to_owned();
        let (spoiler, count, asked) = (Arc::new(spoiler), Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
        let heard = asked.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (spoiler, count, heard, device) = (spoiler.clone(), count.clone(), heard.clone(), device.clone());
                thread::spawn(move || drop(serve(client, &**spoiler, &count, &heard, &device)));
            }
        });
        Self { url, asked }
    }

    /// A server that treats every connection alike, whatever is asked, if anything is.
    pub fn at_accept(treat: fn(TcpStream) -> io::Result<()>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it has an address"));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                thread::spawn(move || drop(treat(client)));
            }
        });
        Self { url, asked: Arc::default() }
    }
}

fn serve(client: TcpStream, spoiler: &Spoiler, count: &AtomicUsize, heard: &Mutex<Vec<String>>, device: &str) -> io::Result<()> {
    client.set_nodelay(true)?;
    let mut talk = Talk { client, head: String::new(), body: Vec::new(), device: device.to_owned(), rest: Vec::new(), count: 0 };
    while talk.next()? {
        talk.count = count.fetch_add(1, Ordering::Relaxed);
        heard.lock().expect("no thread panics with it").push(talk.head.clone());
        spoiler(&mut talk)?;
    }
    Ok(())
}

impl Talk {
    /// Reads the next request; false when there is none.
    fn next(&mut self) -> io::Result<bool> {
        let Some(head) = self.take_until(b"\r\n\r\n")? else { return Ok(false) };
        self.head = String::from_utf8_lossy(&head).into_owned();
        self.body = match header(&self.head, "content-length").and_then(|value| value.parse::<usize>().ok()) {
            _ if header(&self.head, "transfer-encoding").is_some() => self.take_until(b"0\r\n\r\n")?.unwrap_or_default(),
            Some(length) => {
                while self.rest.len() < length && self.fill()? {}
                self.rest.drain(..length.min(self.rest.len())).collect()
            }
            None => Vec::new(),
        };
        Ok(true)
    }

    /// The bytes up to a mark, with it; nothing where the client has ended before.
    fn take_until(&mut self, mark: &[u8]) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some(at) = self.rest.windows(mark.len()).position(|window| window == mark) {
                return Ok(Some(self.rest.drain(..at + mark.len()).collect()));
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    fn fill(&mut self) -> io::Result<bool> {
        let mut bytes = [0; 8192];
        let count = self.client.read(&mut bytes)?;
        self.rest.extend_from_slice(&bytes[..count]);
        Ok(count > 0)
    }

    /// The path with its query.
    pub fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    pub fn write(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.client.write_all(bytes.as_ref())
    }

    /// A sound reply with a JSON body.
    pub fn json(&mut self, status: &str, headers: &str, body: impl AsRef<[u8]>) -> io::Result<()> {
        let length = body.as_ref().len();
        let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{headers}Content-Length: {length}\r\n\r\n");
        self.write([head.as_bytes(), body.as_ref()].concat())
    }

    /// The same bytes again and again, until the client has had enough.
    pub fn endless(&mut self, start: &str, again: &str) -> io::Result<()> {
        self.write(start)?;
        let block = again.repeat(8192 / again.len() + 1);
        loop {
            self.write(&block)?;
        }
    }

    /// Says nothing more, and keeps the connection until the client gives up.
    pub fn hang(&mut self) -> io::Result<()> {
        while self.client.read(&mut [0; 1024])? > 0 {}
        Err(io::ErrorKind::ConnectionAborted.into())
    }

    /// Ends the connection in order.
    pub fn close(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::ConnectionAborted.into())
    }

    /// Ends the connection by a reset.
    pub fn reset(&mut self) -> io::Result<()> {
        // What was written leaves first, or the reset would take it along.
        thread::sleep(Duration::from_millis(5));
        SockRef::from(&self.client).set_linger(Some(Duration::ZERO))?;
        Err(io::ErrorKind::ConnectionReset.into())
    }

    /// What the device itself answers: the head without `Connection`, and the body.
    pub fn genuine(&self) -> io::Result<(String, Vec<u8>)> {
        let mut device = TcpStream::connect(&self.device)?;
        let head = self.head.trim_end().replace("\r\nConnection: close", "");
        device.write_all(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes())?;
        device.write_all(&self.body)?;
        device.shutdown(Shutdown::Write)?;
        let mut reply = Vec::new();
        device.read_to_end(&mut reply)?;
        let end = reply.windows(4).position(|four| four == b"\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
        let body = reply.split_off(end + 4);
        Ok((String::from_utf8_lossy(&reply).replace("Connection: close\r\n", ""), body))
    }

    /// Answers as the device does.
    pub fn pass(&mut self) -> io::Result<()> {
        let (head, body) = self.genuine()?;
        self.write([head.as_bytes(), &body].concat())
    }
}

/// The value of a header in a head.
pub fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.into_iter().find(|(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}
