//! Transactions on the chains.

use crate::{Collection, Timestamp, choices};

choices! {
    /// The kind of a transaction.
    pub enum CryptoTransactionKind {
        /// Pays somebody.
        Send = "send",
        /// Gets paid.
        Receive = "receive",
        /// Changes one token into another.
        Swap = "swap",
        /// Hands over a non-fungible token.
        NftTransfer = "nft_transfer",
        /// Funds or claims a gift.
        Gift = "gift",
        /// Rewards somebody.
        Tip = "tip",
        /// Calls a contract.
        ContractInteraction = "contract_interaction",
    }
}

choices! {
    /// How far a transaction got.
    pub enum CryptoTransactionStatus {
        /// Not yet in enough blocks.
        Pending = "pending",
        /// Final.
        Confirmed = "confirmed",
        /// Refused by the chain.
        Failed = "failed",
    }
}

/// A transaction of a user on a chain. Amounts are decimal strings: they exceed 64 bits.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(
    database = "web3DB",
    id = "cryptoTransactions",
    name = "CryptoTransactions"
)]
#[access(readers(user_id))]
#[retention(forever = "Records of money: the law has them kept.")]
#[index(idx_userId_time(user_id, timestamp desc))]
#[index(unique idx_txHash_unique(tx_hash, chain))]
#[index(idx_status(status))]
pub struct CryptoTransaction {
    /// Id of the document.
    pub id: String,
    /// User it belongs to.
    #[attr(size = 256)]
    pub user_id: String,
    /// Hash of the transaction, unique on its chain.
    #[attr(size = 256)]
    pub tx_hash: String,
    /// Chain it is on, by the names of `wallets.chain` or as CAIP-2.
    #[attr(size = 50)]
    pub chain: String,
    /// The kind of transaction.
    #[attr(key = "type")]
    pub kind: CryptoTransactionKind,
    /// Address that sends.
    #[attr(size = 256)]
    pub from_address: String,
    /// Address that receives.
    #[attr(size = 256)]
    pub to_address: String,
    /// Amount in the token's own unit, a decimal string.
    #[attr(size = 100)]
    pub amount: Option<String>,
    /// Symbol of the token, such as `ETH`.
    #[attr(size = 100)]
    pub token: Option<String>,
    /// Contract of the token; none for the chain's own coin.
    #[attr(size = 256)]
    pub token_address: Option<String>,
    /// Worth in US dollars when it was made.
    pub usd_value: Option<f64>,
    /// Gas it used, a decimal string.
    #[attr(size = 100)]
    pub gas_used: Option<String>,
    /// Price of the gas in gwei, a decimal string.
    #[attr(size = 100)]
    pub gas_price_gwei: Option<String>,
    /// How far it got.
    #[attr(default = CryptoTransactionStatus::Pending)]
    pub status: CryptoTransactionStatus,
    /// Block it stands in.
    pub block_number: Option<i64>,
    /// When its block was made, or when it was sent while pending.
    pub timestamp: Option<Timestamp>,
    /// Message it was made from.
    #[attr(size = 256)]
    pub related_message_id: Option<String>,
    /// Details of its type: a JSON object.
    #[attr(size = 5000)]
    pub metadata: Option<String>,
    /// When the server first heard of it.
    pub created_at: Option<Timestamp>,
}
