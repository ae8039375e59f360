//! Collections of `web3DB`: wallets, tokens and gifts.

mod contract_hook;
mod crypto_transaction;
mod nft;
mod token_gift;
mod token_holding;
mod wallet;

pub use contract_hook::{ContractHook, ContractHookType};
pub use crypto_transaction::{CryptoTransaction, CryptoTransactionKind, CryptoTransactionStatus};
pub use nft::{Nft, NftTokenStandard};
pub use token_gift::{TokenGift, TokenGiftAnimation, TokenGiftStatus, TokenGiftType};
pub use token_holding::TokenHolding;
pub use wallet::{Wallet, WalletChain, WalletType};
