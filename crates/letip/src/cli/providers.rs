//! The arguments of paid providers.

use clap::Args;
use enrichment::providers::{ApiKey, Usd};

/// What may be spent.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "What may be spent")]
pub(crate) struct BudgetArgs {
    /// Most that all paid services together may cost a calendar month (UTC), in US dollars; a call that could pass it
    /// is not made
    #[arg(long, value_name = "USD", env = "LETIP_MONTHLY_BUDGET", hide_env_values = true)]
    pub(crate) monthly_budget: Option<Usd>,
}

/// Who is asked, for money, for what websites do not say. Without a key nobody is.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Paid providers")]
pub(crate) struct ProviderArgs {
    /// Key of an account with Hunter; others on this machine can read arguments, so give it as LETIP_HUNTER_KEY
    #[arg(
        long,
        value_name = "KEY",
        env = "LETIP_HUNTER_KEY",
        hide_env_values = true,
        requires_all = ["monthly_budget", "hunter_credit_price"]
    )]
    pub(crate) hunter_key: Option<ApiKey>,
    /// What a Hunter credit costs: the price of your plan by its credits; 0 on the free plan
    #[arg(long, value_name = "USD", env = "LETIP_HUNTER_CREDIT_PRICE", hide_env_values = true)]
    pub(crate) hunter_credit_price: Option<Usd>,
    /// Key of AbstractAPI's Company Enrichment; give it as LETIP_ABSTRACTAPI_KEY
    #[arg(
        long,
        value_name = "KEY",
        env = "LETIP_ABSTRACTAPI_KEY",
        hide_env_values = true,
        requires_all = ["monthly_budget", "abstractapi_request_price"]
    )]
    pub(crate) abstractapi_key: Option<ApiKey>,
    /// What a request to AbstractAPI costs: the price of your plan by its requests; 0 on the free plan
    #[arg(long, value_name = "USD", env = "LETIP_ABSTRACTAPI_REQUEST_PRICE", hide_env_values = true)]
    pub(crate) abstractapi_request_price: Option<Usd>,
}
