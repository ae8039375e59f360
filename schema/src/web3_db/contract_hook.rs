//! Contracts the server acts with.

use crate::{Collection, Timestamp, choices};

choices! {
    /// The purpose of a contract.
    pub enum ContractHookType {
        /// Holds a payment until both sides are content.
        Escrow = "escrow",
        /// Decides a dispute.
        DisputeResolution = "dispute_resolution",
        /// Keeps standings.
        Reputation = "reputation",
        /// Takes votes.
        Governance = "governance",
        /// Takes payments.
        Payment = "payment",
        /// Issues non-fungible tokens.
        NftMint = "nft_mint",
    }
}

/// A contract the server listens to or calls.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "web3DB", id = "contractHooks", name = "ContractHooks")]
#[access(server = "The operator's.")]
#[retention(forever = "The user's own, as long as the account.")]
#[index(idx_chain_type(chain, hook_type))]
#[index(idx_isActive(is_active))]
pub struct ContractHook {
    /// Id of the document.
    pub id: String,
    /// Name shown to the operator.
    #[attr(size = 100, text = Name)]
    pub name: String,
    /// Chain it lives on, by the names of `wallets.chain` or as CAIP-2.
    #[attr(size = 50)]
    pub chain: String,
    /// Address of the contract.
    #[attr(size = 256)]
    pub contract_address: String,
    /// Interface of the contract: a JSON array.
    #[attr(size = 10000)]
    pub abi: String,
    /// The purpose of the contract.
    pub hook_type: ContractHookType,
    /// Whether it is in use.
    #[attr(default = true)]
    pub is_active: bool,
    /// Whether the server does its part itself while the chain is unreachable.
    #[attr(default = true)]
    pub fallback_enabled: bool,
    /// Settings of its type: a JSON object.
    #[attr(size = 5000)]
    pub config: Option<String>,
    /// When it last ran.
    pub last_executed: Option<Timestamp>,
    /// Number of times it ran.
    #[attr(default = 0)]
    pub execution_count: i64,
    /// Number of times it failed.
    #[attr(default = 0)]
    pub error_count: i64,
    /// When it was set up.
    pub created_at: Option<Timestamp>,
    /// When its settings last changed.
    pub updated_at: Option<Timestamp>,
}
