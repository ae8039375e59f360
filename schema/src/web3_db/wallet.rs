//! Wallets of users.

use crate::{Collection, Timestamp, choices};

choices! {
    /// Chain a wallet is on.
    pub enum WalletChain {
        /// Ethereum.
        Ethereum = "ethereum",
        /// Polygon.
        Polygon = "polygon",
        /// BNB Smart Chain.
        Bsc = "bsc",
        /// Solana.
        Solana = "solana",
        /// Avalanche.
        Avalanche = "avalanche",
        /// Arbitrum.
        Arbitrum = "arbitrum",
        /// Optimism.
        Optimism = "optimism",
        /// Base.
        Base = "base",
    }
}

choices! {
    /// Software a wallet is kept in.
    pub enum WalletType {
        /// MetaMask.
        Metamask = "metamask",
        /// Any that speaks WalletConnect.
        Walletconnect = "walletconnect",
        /// Coinbase Wallet.
        Coinbase = "coinbase",
        /// Phantom.
        Phantom = "phantom",
        /// Trust Wallet.
        Trust = "trust",
        /// Another one.
        Other = "other",
    }
}

/// A wallet a user linked. The server keeps no keys.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "web3DB", id = "wallets", name = "Wallets")]
#[access(readers(user_id))]
#[retention(forever = "The user's own, as long as the account.")]
#[index(idx_userId_chain(user_id, chain))]
#[index(unique idx_address_unique(address, chain))]
pub struct Wallet {
    /// Id of the document.
    pub id: String,
    /// User it belongs to.
    #[attr(size = 256)]
    pub user_id: String,
    /// Address on the chain, unique there.
    #[attr(size = 256)]
    pub address: String,
    /// Chain the address is on.
    pub chain: WalletChain,
    /// Software it is kept in.
    #[attr(default = WalletType::Metamask)]
    pub wallet_type: WalletType,
    /// Whether it is the one others pay to.
    #[attr(default = false)]
    pub is_primary: bool,
    /// Name its owner gave it.
    #[attr(size = 100, text = Name)]
    pub nickname: Option<String>,
    /// Balances when last synced: a JSON object from token to decimal string.
    #[attr(size = 2000)]
    pub balance: Option<String>,
    /// Number of non-fungible tokens in it when last synced.
    #[attr(default = 0)]
    pub nfts_count: i64,
    /// When its contents were last read from the chain.
    pub last_synced: Option<Timestamp>,
    /// Whether the user proved with a signature that it is theirs.
    #[attr(default = false)]
    pub is_verified: bool,
    /// When they proved it.
    pub verified_at: Option<Timestamp>,
    /// When it was linked.
    pub added_at: Option<Timestamp>,
}
