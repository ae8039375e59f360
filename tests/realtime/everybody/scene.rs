//! The people, their devices, and all that each device hears.

use std::collections::BTreeSet;

use whisper_testkit::{Events, Person, TestApp, Value, json};

use super::{Row, is_of};
use crate::realtime::{group, say, says};

/// People, of whom one does most.
pub struct Scene {
    pub app: TestApp,
    /// The one who does most, on the device that is called the phone.
    pub ann: Person,
    /// The same one on another device.
    pub desk: Person,
    /// A member who follows Ann and keeps her as a contact.
    pub bob: Person,
    /// Another member, with nothing more to do with Ann.
    pub mia: Person,
    /// A member who keeps Ann as a contact, and whom Ann blocked.
    pub foe: Person,
    /// A stranger.
    pub eve: Person,
    /// The conversation of all but the stranger.
    pub place: String,
    /// A second conversation, of Ann, Bob and Mia, once it is made.
    pub room: String,
    /// The first message.
    pub sent: Value,
    /// A message that mentions Ann.
    pub mention: String,
    /// A story of Ann's.
    pub story: String,
    bell: Person,
    ears: Vec<Ear>,
}

/// A device.
struct Ear {
    name: &'static str,
    stream: Events,
    /// A conversation of its user and the bell, who says there that all before was told.
    ring: String,
    heard: Vec<Value>,
}

/// Everything that was heard.
pub struct Heard {
    /// The types of events of the API document.
    pub types: BTreeSet<String>,
    /// The text of each row's event.
    pub abouts: Vec<String>,
    /// The events of each device.
    pub events: Vec<(&'static str, Vec<Value>)>,
    /// The ids of the people.
    pub people: BTreeSet<String>,
}

/// Does it all, and waits until each device heard what it should, and everything that came before the end.
pub fn heard(rows: &[Row]) -> Heard {
    let mut scene = Scene::start();
    let mut abouts = Vec::new();
    for row in rows {
        let about = (row.doing)(&mut scene);
        for ear in &mut scene.ears {
            if row.hearers.contains(&ear.name) {
                eprintln!("{} waits for {} with {about:?}", ear.name, row.kind);
                let told = ear.stream.until(|event| is_of(event, row.kind, &about));
                ear.heard.extend(told);
            }
        }
        abouts.push(about);
    }
    scene.end();
    let document = scene.app.get("/v1/openapi.json").send().expect(200);
    let of_event = &document["components"]["schemas"]["Event"]["discriminator"];
    assert_eq!(of_event["propertyName"], "type");
    let types = of_event["mapping"].as_object().unwrap().keys();
    Heard {
        types: types.cloned().collect(),
        abouts,
        people: scene.people().map(|who| who.id.clone()).collect(),
        events: scene
            .ears
            .into_iter()
            .map(|ear| (ear.name, ear.heard))
            .collect(),
    }
}

impl Scene {
    fn start() -> Self {
        let app = TestApp::start();
        let [ann, bob, mia, foe, eve, bell] =
            ["ann", "bob", "mia", "foe", "eve", "bell"].map(|name| app.person(name));
        let desk = ann.sign_in(&app);
        let place = group(&app, &ann, &[&bob, &mia, &foe]);
        for who in [&bob, &foe] {
            let contact = format!("/v1/contacts/{}", ann.id);
            who.put(&app, &contact, &json!({})).expect(201);
        }
        let follow = format!("/v1/follows/{}", ann.id);
        bob.put(&app, &follow, &json!({})).expect(201);
        let block = format!("/v1/blocks/{}", foe.id);
        ann.put(&app, &block, &json!({})).expect(204);
        let rings = [&ann, &bob, &mia, &foe, &eve].map(|who| group(&app, &bell, &[who]));
        let devices = [
            ("phone", &ann, &rings[0]),
            ("desk", &desk, &rings[0]),
            ("bob", &bob, &rings[1]),
            ("mia", &mia, &rings[2]),
            ("foe", &foe, &rings[3]),
            ("eve", &eve, &rings[4]),
        ];
        let mut ears = devices.map(|(name, who, ring)| {
            let mut stream = who.listen(&app);
            stream.wait_for("stream.ready");
            Ear {
                name,
                stream,
                ring: ring.clone(),
                heard: Vec::new(),
            }
        });
        // Events from before may be told first.
        for ring in &rings {
            say(&app, &bell, ring, "the beginning");
        }
        for ear in &mut ears {
            ear.stream.wait_until(says("the beginning"));
        }
        Scene {
            app,
            ann,
            desk,
            bob,
            mia,
            foe,
            eve,
            place,
            room: String::new(),
            sent: Value::Null,
            mention: String::new(),
            story: String::new(),
            bell,
            ears: ears.into(),
        }
    }

    fn people(&self) -> impl Iterator<Item = &Person> {
        let all = [&self.ann, &self.bob, &self.mia, &self.foe, &self.eve];
        all.into_iter().chain([&self.bell])
    }

    /// A call of somebody's that is answered with success.
    pub fn done(&self, who: &Person, method: &'static str, path: &str, body: Value) -> Value {
        let answer = self
            .app
            .knock(Some(&who.token), &(method, path.to_owned(), body));
        let is_done = (200..300).contains(&answer.status);
        assert!(is_done, "{method} {path}: {}", answer.text);
        answer.body
    }

    /// Reads what each device was told, up to a message and a sign that come after everything.
    fn end(&mut self) {
        let rings: BTreeSet<&String> = self.ears.iter().map(|ear| &ear.ring).collect();
        for ring in rings {
            let typing = format!("/v1/conversations/{ring}/typing");
            self.done(&self.bell, "POST", &typing, json!({"kind": "text"}));
            say(&self.app, &self.bell, ring, "the end");
        }
        for ear in &mut self.ears {
            let (bell, ring) = (&self.bell.id, &ear.ring);
            let typing = |event: &Value| {
                is_of(event, "typing", bell) && event["conversationId"] == ring.as_str()
            };
            let told = ear.stream.until_all(&[&says("the end"), &typing]);
            ear.heard.extend(told);
        }
    }
}
