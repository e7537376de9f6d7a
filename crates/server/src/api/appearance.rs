//! How the pages are laid out: each person's own choice.

use contract::endpoints::{GetAppearance, UpdateAppearance};

use super::views::owner;
use crate::app::App;
use crate::endpoint::{Answer, Call};
use crate::problem::ApiProblem;

pub(super) async fn get(app: App, call: Call<GetAppearance>) -> Result<Answer<GetAppearance>, ApiProblem> {
    Ok(Answer::new(app.store().appearance(owner(&call.caller)?).await?))
}

pub(super) async fn update(
    app: App,
    call: Call<UpdateAppearance>,
) -> Result<Answer<UpdateAppearance>, ApiProblem> {
    let owner = owner(&call.caller)?;
    let mut tx = app.store().begin().await?;
    tx.change_appearance(owner, &call.body).await?;
    tx.commit().await?;
    Ok(Answer::new(app.store().appearance(owner).await?))
}
