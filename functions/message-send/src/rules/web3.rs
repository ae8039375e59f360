//! Web3: crypto_tx, nft, token_gift. Forms only; nothing here asks a chain.

use whisper_kit::ids::is_id;
use whisper_schema::web3_db::{TokenGiftAnimation, TokenGiftType, WalletChain};

use super::fields::{Fields, Need};
use super::formats::{is_base58, is_decimal, is_hex, is_positive_decimal, is_whole_number};
use crate::draft::Extra;

/// A transaction that took place: the chain knows the rest.
pub(super) fn crypto_tx(fields: &mut Fields<'_, '_>) {
    let chain = chain(fields);
    transaction(fields, "txHash", Need::Required, chain);
    fields.formatted("amount", Need::Optional, is_decimal, DECIMAL);
    fields.text("token", Need::Optional, 1..=100);
}

/// A non-fungible token to look at.
pub(super) fn nft(fields: &mut Fields<'_, '_>) {
    let chain = chain(fields);
    token(fields, chain, "contractAddress", "tokenId", Need::Required);
}

/// Tokens, or a non-fungible one, for another member.
pub(super) fn token_gift(fields: &mut Fields<'_, '_>) -> Extra {
    let gift = fields.choice::<TokenGiftType>("giftType", Need::Required);
    let chain = chain(fields);
    // Which of the two belongs to it is only known with the type: both are taken without one.
    if gift != Some(TokenGiftType::Nft) {
        let need = gift.map_or(Need::Optional, |_| Need::Required);
        let what = "a decimal number greater than 0, as a string";
        fields.formatted("tokenAmount", need, is_positive_decimal, what);
        address(fields, "tokenAddress", Need::Optional, chain);
    }
    if gift.is_none_or(|gift| gift == TokenGiftType::Nft) {
        let need = gift.map_or(Need::Optional, |_| Need::Required);
        token(fields, chain, "nftContractAddress", "nftTokenId", need);
    }
    fields.choice::<TokenGiftAnimation>("animation", Need::Optional);
    match fields.formatted("recipientId", Need::Required, is_id, "the id of a user") {
        Some(id) => Extra::Gift {
            recipient_id: id.to_owned(),
        },
        None => Extra::None,
    }
}

const DECIMAL: &str = "a decimal number as a string, such as \"0.25\"";

fn chain(fields: &mut Fields<'_, '_>) -> Option<WalletChain> {
    fields.choice("chain", Need::Required)
}

/// Solana is the one chain of the list whose addresses are not Ethereum's.
fn transaction(
    fields: &mut Fields<'_, '_>,
    key: &'static str,
    need: Need,
    chain: Option<WalletChain>,
) {
    match chain {
        Some(WalletChain::Solana) => {
            let what = "a Solana signature: 64 to 88 base-58 digits";
            fields.formatted(key, need, |text| is_base58(text, 64..=88), what);
        }
        Some(_) => {
            let what = "0x and 64 hexadecimal digits";
            fields.formatted(key, need, |text| is_hex(text, 64), what);
        }
        None => {
            fields.text(key, need, 1..=256);
        }
    }
}

fn address(fields: &mut Fields<'_, '_>, key: &'static str, need: Need, chain: Option<WalletChain>) {
    match chain {
        Some(WalletChain::Solana) => {
            let what = "a Solana address: 32 to 44 base-58 digits";
            fields.formatted(key, need, |text| is_base58(text, 32..=44), what);
        }
        Some(_) => {
            let what = "0x and 40 hexadecimal digits";
            fields.formatted(key, need, |text| is_hex(text, 40), what);
        }
        None => {
            fields.text(key, need, 1..=256);
        }
    }
}

/// A token within its contract. On Solana the address alone names it.
fn token(
    fields: &mut Fields<'_, '_>,
    chain: Option<WalletChain>,
    contract: &'static str,
    id: &'static str,
    need: Need,
) {
    address(fields, contract, need, chain);
    match chain {
        Some(WalletChain::Solana) => fields.text(id, Need::Optional, 1..=256),
        Some(_) => {
            let what = "a whole number as a string, such as \"1234\"";
            fields.formatted(id, need, is_whole_number, what)
        }
        None => fields.text(id, need, 1..=256),
    };
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::draft::Extra;
    use crate::rules::testing::{read, refused, taken, wrong};

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
                ("metadata.token", json!(""), ":size"),
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
                    json!({"metadata": null}),
                    &[
                        "metadata.chain:required",
                        "metadata.contractAddress:required",
                        "metadata.tokenId:required",
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
        assert_eq!(
            read(&gift()).unwrap().extra,
            Extra::Gift {
                recipient_id: "u2".into()
            }
        );
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
