//! Tokens users hold.

use crate::{Collection, Timestamp};

/// An amount of a token in a user's wallet, as last read from the chain.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "web3DB", id = "tokenHoldings", name = "TokenHoldings")]
#[access(readers(user_id))]
#[retention(forever = "A part of a wallet, kept as long as the wallet.")]
#[index(unique idx_user_chain_token(user_id, chain, token_address))]
#[index(idx_userId(user_id))]
pub struct TokenHolding {
    /// Id of the document.
    pub id: String,
    /// User who holds it.
    #[attr(size = 256)]
    pub user_id: String,
    /// Wallet it lies in.
    #[attr(size = 256)]
    pub wallet_address: String,
    /// Chain it lives on, by the names of `wallets.chain` or as CAIP-2.
    #[attr(size = 50)]
    pub chain: String,
    /// Contract of the token.
    #[attr(size = 256)]
    pub token_address: String,
    /// Symbol of the token, such as `USDC`.
    #[attr(size = 20)]
    pub token_symbol: Option<String>,
    /// Name of the token.
    #[attr(size = 100)]
    pub token_name: Option<String>,
    /// Amount in the smallest unit, a decimal string.
    #[attr(size = 100)]
    pub balance: Option<String>,
    /// Digits of the smallest unit behind the point.
    #[attr(default = 18)]
    pub decimals: i64,
    /// Worth in US dollars when last synced.
    pub usd_value: Option<f64>,
    /// Price of one token in US dollars when last synced.
    pub price_per_token: Option<f64>,
    /// When it was last read from the chain.
    pub last_synced: Option<Timestamp>,
}
