//! Gifts of tokens.

use crate::{Collection, Timestamp, choices};

choices! {
    /// The content of a gift.
    pub enum TokenGiftType {
        /// An amount of a token.
        Token = "token",
        /// A non-fungible token.
        Nft = "nft",
        /// A surprise.
        Wrapped = "wrapped",
    }
}

choices! {
    /// The animation that plays when a gift is opened.
    pub enum TokenGiftAnimation {
        /// Confetti.
        Confetti = "confetti",
        /// Fireworks.
        Fireworks = "fireworks",
        /// Hearts.
        Hearts = "hearts",
        /// Falling banknotes.
        MoneyRain = "money_rain",
        /// One of the sender's own.
        Custom = "custom",
    }
}

choices! {
    /// Whether a gift was claimed.
    pub enum TokenGiftStatus {
        /// Waits for the recipient.
        Pending = "pending",
        /// With the recipient.
        Claimed = "claimed",
        /// Too late to claim.
        Expired = "expired",
        /// Back with the sender.
        Refunded = "refunded",
    }
}

/// Tokens one user gives another inside a conversation.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "web3DB", id = "tokenGifts", name = "TokenGifts")]
#[access(readers(sender_id, recipient_id))]
#[retention(forever = "Records of money: the law has them kept.")]
#[index(idx_recipient_status(recipient_id, status))]
#[index(idx_sender(sender_id))]
#[index(idx_expires(expires_at))]
pub struct TokenGift {
    /// Id of the document.
    pub id: String,
    /// User who gives.
    #[attr(size = 256)]
    pub sender_id: String,
    /// User who gets.
    #[attr(size = 256)]
    pub recipient_id: String,
    /// Conversation it is given in.
    #[attr(size = 256)]
    pub conversation_id: Option<String>,
    /// Message that shows it.
    #[attr(size = 256)]
    pub message_id: Option<String>,
    /// The kind of its content.
    pub gift_type: TokenGiftType,
    /// Chain it lives on, by the names of `wallets.chain` or as CAIP-2.
    #[attr(size = 50)]
    pub chain: String,
    /// Contract of the token; none for the chain's own coin.
    #[attr(size = 256)]
    pub token_address: Option<String>,
    /// Amount in the token's own unit, a decimal string.
    #[attr(size = 100)]
    pub token_amount: Option<String>,
    /// Contract of the non-fungible token given.
    #[attr(size = 256)]
    pub nft_contract_address: Option<String>,
    /// Number of the non-fungible token given, a decimal string.
    #[attr(size = 256)]
    pub nft_token_id: Option<String>,
    /// Worth in US dollars when it was given.
    pub usd_value: Option<f64>,
    /// Words that go with it.
    #[attr(size = 500, text = Words)]
    pub message: Option<String>,
    /// The animation that plays when it is opened.
    #[attr(default = TokenGiftAnimation::Confetti)]
    pub animation: TokenGiftAnimation,
    /// Whether it was claimed.
    #[attr(default = TokenGiftStatus::Pending)]
    pub status: TokenGiftStatus,
    /// Transaction that funded it.
    #[attr(size = 256)]
    pub tx_hash: Option<String>,
    /// Transaction that claimed or refunded it.
    #[attr(size = 256)]
    pub claim_tx_hash: Option<String>,
    /// When it goes back to the sender unless claimed.
    pub expires_at: Option<Timestamp>,
    /// When it was claimed.
    pub claimed_at: Option<Timestamp>,
    /// When it was given.
    pub created_at: Option<Timestamp>,
}
