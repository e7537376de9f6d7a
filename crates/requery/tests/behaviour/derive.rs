//! `#[derive(Entity)]`.

use requery::{Entity, EntityId};

#[derive(Clone, PartialEq, Entity)]
struct Named<T>
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    #[entity(id)]
    name: String,
    version: u32,
    held: T,
}

#[derive(Clone, PartialEq, Entity)]
#[entity(id = self.key(), version = self.version())]
enum Either {
    One(u32),
    Other { at: u64 },
}

impl Either {
    fn key(&self) -> u32 {
        if let Self::One(key) = self { *key } else { 0 }
    }

    fn version(&self) -> u64 {
        if let Self::Other { at } = self { *at } else { 1 }
    }
}

#[test]
fn fields_and_expressions_say_what_identity_and_version_are() {
    let named = Named { name: "a".to_owned(), version: 3, held: 'x' };
    assert_eq!((named.id(), Entity::version(&named)), (EntityId::from("a"), 3));
    assert_eq!(named.held, 'x');
    assert_eq!(Entity::id(&Either::One(4)), EntityId::from(4_u32));
    assert_eq!(Entity::version(&Either::Other { at: 9 }), 9);
}
