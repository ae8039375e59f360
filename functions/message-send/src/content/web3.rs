//! Web3: crypto_tx, nft, token_gift. Forms only; nothing here asks a chain.

use serde::Serialize;
use whisper_schema::body::forms::ID;
use whisper_schema::body::{Fields, Form};
use whisper_schema::web3_db::{TokenGiftAnimation, TokenGiftType, WalletChain};
use whisper_schema::{Body, Rule};

use super::forms::{self, DECIMAL, POSITIVE_DECIMAL};

/// A transaction that took place: the chain knows the rest.
#[derive(Clone, Debug, Default, PartialEq, Body, Serialize)]
#[body(check = CryptoTxDetails::check)]
#[body(
    rule = r#"{"anyOf": [{"properties": {"chain": {"const": "solana"}, "txHash": {"pattern": "^[1-9A-HJ-NP-Za-km-z]{64,88}$"}}},
        {"properties": {"chain": {"not": {"const": "solana"}}, "txHash": {"pattern": "^0x[0-9A-Fa-f]{64}$"}}}]}"#
)]
#[serde(rename_all = "camelCase")]
pub struct CryptoTxDetails {
    /// Chain it is on.
    pub chain: WalletChain,
    /// Its hash: `0x` and 64 hexadecimal digits; on Solana a signature in base 58.
    #[field(size = 1..=256)]
    pub tx_hash: String,
    /// How much was moved.
    #[field(is = DECIMAL)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// Symbol or address of the token.
    #[field(size = 1..=100, text = Name)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl CryptoTxDetails {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        let form = match self.chain {
            WalletChain::Solana => forms::SOLANA_SIGNATURE,
            _ => forms::EVM_HASH,
        };
        hold(fields, "txHash", Some(&self.tx_hash), form);
    }
}

/// A non-fungible token to look at.
#[derive(Clone, Debug, Default, PartialEq, Body, Serialize)]
#[body(check = NftDetails::check)]
#[body(
    rule = r#"{"anyOf": [{"properties": {"chain": {"const": "solana"}, "contractAddress": {"pattern": "^[1-9A-HJ-NP-Za-km-z]{32,44}$"}}},
        {"properties": {"chain": {"not": {"const": "solana"}}, "contractAddress": {"pattern": "^0x[0-9A-Fa-f]{40}$"},
            "tokenId": {"type": "string", "pattern": "^(0|[1-9][0-9]{0,77})$"}}, "required": ["tokenId"]}]}"#
)]
#[serde(rename_all = "camelCase")]
pub struct NftDetails {
    /// Chain it is on.
    pub chain: WalletChain,
    /// Address of its contract; on Solana, of its mint.
    #[field(size = 1..=256)]
    pub contract_address: String,
    /// Its number within the contract, as decimal digits. On Solana the address alone names it.
    #[field(size = 1..=256)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_id: Option<String>,
}

impl NftDetails {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        hold(
            fields,
            "contractAddress",
            Some(&self.contract_address),
            address(self.chain),
        );
        number(fields, self.chain, "tokenId", self.token_id.as_deref());
    }
}

/// Tokens, or a non-fungible one, for another member.
#[derive(Clone, Debug, Default, PartialEq, Body, Serialize)]
#[body(check = TokenGiftDetails::check)]
#[body(rule = r#"{"anyOf": [{"properties": {"giftType": {"const": "nft"},
            "nftContractAddress": {"type": "string"}, "tokenAmount": {"type": "null"}, "tokenAddress": {"type": "null"}}, "required": ["nftContractAddress"]},
        {"properties": {"giftType": {"not": {"const": "nft"}},
            "tokenAmount": {"type": "string"}, "nftContractAddress": {"type": "null"}, "nftTokenId": {"type": "null"}}, "required": ["tokenAmount"]}]}"#)]
#[body(rule = r#"{"anyOf": [{"properties": {"chain": {"const": "solana"},
            "nftContractAddress": {"pattern": "^[1-9A-HJ-NP-Za-km-z]{32,44}$"}, "tokenAddress": {"pattern": "^[1-9A-HJ-NP-Za-km-z]{32,44}$"}}},
        {"properties": {"chain": {"not": {"const": "solana"}}, "nftContractAddress": {"pattern": "^0x[0-9A-Fa-f]{40}$"},
            "tokenAddress": {"pattern": "^0x[0-9A-Fa-f]{40}$"}, "nftTokenId": {"pattern": "^(0|[1-9][0-9]{0,77})$"}}}]}"#)]
#[body(
    rule = r#"{"anyOf": [{"properties": {"giftType": {"not": {"const": "nft"}}}}, {"properties": {"chain": {"const": "solana"}}},
        {"properties": {"nftTokenId": {"type": "string"}}, "required": ["nftTokenId"]}]}"#
)]
#[serde(rename_all = "camelCase")]
pub struct TokenGiftDetails {
    /// The kind of gift.
    pub gift_type: TokenGiftType,
    /// Chain it is on.
    pub chain: WalletChain,
    /// Member who gets it.
    #[field(is = ID)]
    pub recipient_id: String,
    /// How many tokens; needed for gifts that are no NFT, and refused for NFTs.
    #[field(is = POSITIVE_DECIMAL)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_amount: Option<String>,
    /// Address of the token; the chain's own coin without one.
    #[field(size = 1..=256)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_address: Option<String>,
    /// Address of the NFT's contract; needed, and only there, for an NFT.
    #[field(size = 1..=256)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nft_contract_address: Option<String>,
    /// Number of the NFT; as the one above, but on Solana it may be left out.
    #[field(size = 1..=256)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nft_token_id: Option<String>,
    /// How it is unwrapped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub animation: Option<TokenGiftAnimation>,
}

impl TokenGiftDetails {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        let is_nft = self.gift_type == TokenGiftType::Nft;
        let others: &[&str] = match is_nft {
            true => &["tokenAmount", "tokenAddress"],
            false => &["nftContractAddress", "nftTokenId"],
        };
        for key in others
            .iter()
            .filter(|key| fields.has(key))
            .collect::<Vec<_>>()
        {
            fields.refuse(key, Rule::Unknown, "does not belong to this type of gift");
        }
        if is_nft {
            let contract = self.nft_contract_address.as_deref();
            needed(fields, "nftContractAddress", contract);
            hold(fields, "nftContractAddress", contract, address(self.chain));
            number(
                fields,
                self.chain,
                "nftTokenId",
                self.nft_token_id.as_deref(),
            );
        } else {
            needed(fields, "tokenAmount", self.token_amount.as_deref());
            hold(
                fields,
                "tokenAddress",
                self.token_address.as_deref(),
                address(self.chain),
            );
        }
    }
}

/// Solana is the one chain of the list whose addresses are not Ethereum's.
fn address(chain: WalletChain) -> Form {
    match chain {
        WalletChain::Solana => forms::SOLANA_ADDRESS,
        _ => forms::EVM_ADDRESS,
    }
}

/// Checks the number of a token within its contract.
fn number(fields: &mut Fields<'_, '_>, chain: WalletChain, key: &str, value: Option<&str>) {
    if chain != WalletChain::Solana {
        needed(fields, key, value);
        hold(fields, key, value, forms::WHOLE_NUMBER);
    }
}

fn needed(fields: &mut Fields<'_, '_>, key: &str, value: Option<&str>) {
    if value.is_none() && fields.is_clean(key) {
        fields.refuse(key, Rule::Required, "is required");
    }
}

/// Holds a text against a form that depends on another field.
fn hold(fields: &mut Fields<'_, '_>, key: &str, value: Option<&str>, form: Form) {
    if value.is_some_and(|text| !(form.valid)(text)) {
        fields.refuse(key, Rule::Format, format!("must be {}", form.must_be));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::content::Details;
    use crate::content::testing::{read, refused, taken, wrong};

    const EVM_CHAINS: [&str; 7] = [
        "ethereum",
        "polygon",
        "bsc",
        "avalanche",
        "arbitrum",
        "optimism",
        "base",
    ];

    fn hex(digits: usize) -> String {
        format!("0x{}", "aB3".repeat(digits).get(..digits).unwrap())
    }

    fn base58(digits: usize) -> String {
        "5Kz".repeat(digits).get(..digits).unwrap().to_owned()
    }

    #[test]
    fn crypto_tx() {
        let base = json!({"contentType": "crypto_tx", "metadata": {"chain": "ethereum", "txHash": hex(64)}});
        let chains = EVM_CHAINS.map(|chain| json!({"metadata": {"chain": chain}}));
        taken(&base, &chains);
        taken(
            &base,
            &[
                json!({"metadata": {"chain": "solana", "txHash": base58(64)}}),
                json!({"metadata": {"chain": "solana", "txHash": base58(88)}}),
                json!({"metadata": {"amount": "0.25", "token": "ETH"}}),
                json!({"content": "Paid"}),
            ],
        );
        wrong(
            &base,
            &[
                ("metadata.chain", json!("bitcoin"), ":enum"),
                ("metadata.chain", json!(1), ":type"),
                ("metadata.txHash", json!(hex(63)), ":format"),
                ("metadata.txHash", json!(base58(88)), ":format"),
                ("metadata.chain", json!("solana"), "metadata.txHash:format"),
                ("metadata.amount", json!(0.25), ":type"),
                ("metadata.amount", json!("1,5"), ":format"),
                ("metadata.token", json!(""), ":required"),
                ("metadata.tokenId", json!("1"), ":unknown"),
            ],
        );
        refused(
            &base,
            &[
                (
                    json!({"metadata": null}),
                    &["metadata.chain:required", "metadata.txHash:required"],
                ),
                (
                    json!({"metadata": {"chain": "solana", "txHash": base58(63)}}),
                    &["metadata.txHash:format"],
                ),
                (
                    json!({"metadata": {"chain": "solana", "txHash": base58(89)}}),
                    &["metadata.txHash:format"],
                ),
            ],
        );
    }

    #[test]
    fn nft() {
        let base = json!({
            "contentType": "nft",
            "metadata": {"chain": "base", "contractAddress": hex(40), "tokenId": "1234"},
        });
        taken(
            &base,
            &[
                json!({"metadata": {"tokenId": "0"}}),
                json!({"metadata": {"chain": "solana", "contractAddress": base58(32), "tokenId": null}}),
                json!({"metadata": {"chain": "solana", "contractAddress": base58(44), "tokenId": "mint"}}),
                json!({"mediaUrls": ["https://cdn.example/nft.png"]}),
            ],
        );
        wrong(
            &base,
            &[
                ("metadata.chain", json!("tron"), ":enum"),
                ("metadata.contractAddress", json!(hex(41)), ":format"),
                ("metadata.tokenId", json!("0x1"), ":format"),
                ("metadata.tokenId", json!(1234), ":type"),
                ("metadata.tokenId", json!(null), ":required"),
                ("metadata.txHash", json!(hex(64)), ":unknown"),
            ],
        );
        refused(
            &base,
            &[
                (
                    // Whether a number is needed follows from the chain.
                    json!({"metadata": null}),
                    &[
                        "metadata.chain:required",
                        "metadata.contractAddress:required",
                    ],
                ),
                (
                    json!({"metadata": {"chain": "solana", "contractAddress": base58(31)}}),
                    &["metadata.contractAddress:format"],
                ),
                (
                    json!({"metadata": {"chain": "solana", "contractAddress": base58(45)}}),
                    &["metadata.contractAddress:format"],
                ),
            ],
        );
    }

    fn gift() -> Value {
        json!({
            "contentType": "token_gift",
            "metadata": {"giftType": "token", "chain": "polygon", "tokenAmount": "1.5", "recipientId": "u2"},
        })
    }

    #[test]
    fn token_gift() {
        let nft = json!({"metadata": {
            "giftType": "nft", "tokenAmount": null, "nftContractAddress": hex(40), "nftTokenId": "7",
        }});
        taken(
            &gift(),
            &[
                nft,
                json!({"metadata": {"giftType": "wrapped"}}),
                json!({"metadata": {"tokenAddress": hex(40), "animation": "hearts"}}),
                json!({"metadata": {"chain": "solana", "tokenAddress": base58(44)}}),
            ],
        );
        let Details::TokenGift(read) = read(&gift()).unwrap().details else {
            panic!("a gift")
        };
        assert_eq!(read.recipient_id, "u2");
        wrong(
            &gift(),
            &[
                ("metadata.giftType", json!(null), ":required"),
                ("metadata.giftType", json!("money"), ":enum"),
                ("metadata.chain", json!(null), ":required"),
                ("metadata.tokenAmount", json!(null), ":required"),
                ("metadata.tokenAmount", json!("0.00"), ":format"),
                ("metadata.tokenAmount", json!("-1"), ":format"),
                ("metadata.nftTokenId", json!("7"), ":unknown"),
                ("metadata.recipientId", json!(null), ":required"),
                ("metadata.recipientId", json!("a b"), ":format"),
                ("metadata.tokenAddress", json!("0x1"), ":format"),
                ("metadata.animation", json!("rain"), ":enum"),
            ],
        );
        refused(
            &gift(),
            &[
                (
                    json!({"metadata": {"giftType": "wrapped", "tokenAmount": null}}),
                    &["metadata.tokenAmount:required"],
                ),
                (
                    json!({"metadata": {"giftType": "nft", "tokenAmount": null}}),
                    &[
                        "metadata.nftContractAddress:required",
                        "metadata.nftTokenId:required",
                    ],
                ),
                (
                    json!({"metadata": {"giftType": "nft", "nftContractAddress": hex(40), "nftTokenId": "7"}}),
                    &["metadata.tokenAmount:unknown"],
                ),
            ],
        );
    }
}
