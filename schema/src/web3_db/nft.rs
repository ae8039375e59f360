//! Non-fungible tokens users hold.

use crate::{Collection, Timestamp, choices};

choices! {
    /// Standard a token's contract follows.
    pub enum NftTokenStandard {
        /// Ethereum's for single tokens.
        Erc721 = "ERC721",
        /// Ethereum's for tokens in any number.
        Erc1155 = "ERC1155",
        /// Solana's.
        Spl = "SPL",
    }
}

/// A non-fungible token in a user's wallet, as last read from the chain.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "web3DB", id = "nfts", name = "NFTs")]
#[access(readers(user_id))]
#[retention(forever = "A part of a wallet, kept as long as the wallet.")]
#[index(idx_userId(user_id))]
#[index(unique idx_contract_token(contract_address, token_id, chain))]
pub struct Nft {
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
    /// Contract that issued it.
    #[attr(size = 256)]
    pub contract_address: String,
    /// Its number within the contract, a decimal string.
    #[attr(size = 256)]
    pub token_id: String,
    /// Standard the contract follows.
    #[attr(default = NftTokenStandard::Erc721)]
    pub token_standard: NftTokenStandard,
    /// Its title.
    #[attr(size = 200, text = Words)]
    pub name: Option<String>,
    /// Its maker's description of it.
    #[attr(size = 1000, text = Words)]
    pub description: Option<String>,
    /// Where its picture is served.
    #[attr(url)]
    pub image_url: Option<String>,
    /// Where its film or model is served.
    #[attr(url)]
    pub animation_url: Option<String>,
    /// Its traits: a JSON array of names and values.
    #[attr(size = 5000, stored = 16383)]
    pub attributes: Option<String>,
    /// Its metadata by the contract: a JSON object.
    #[attr(size = 5000)]
    pub metadata: Option<String>,
    /// Whether its holder doesn't show it.
    #[attr(default = false)]
    pub is_hidden: bool,
    /// Whether its holder uses it as picture.
    #[attr(default = false)]
    pub is_profile_picture: bool,
    /// When it was last read from the chain.
    pub last_synced: Option<Timestamp>,
    /// When its holder got it.
    pub acquired_at: Option<Timestamp>,
}
