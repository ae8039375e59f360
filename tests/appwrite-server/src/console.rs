//! The console, which command lines ask for a server's variables.

use serde_json::json;

use crate::call::Call;
use crate::function::deployment::LARGEST;
use crate::project::Project;
use crate::refusal::Answered;

/// `GET /console/variables` (A:src/Appwrite/Platform/Modules/Console/Http/Variables/Get.php): those that command lines read.
pub fn variables(project: &mut Project, _: &Call) -> Answered {
    Ok((
        200,
        json!({
            "_APP_STORAGE_LIMIT": project.options.storage_limit, "_APP_COMPUTE_SIZE_LIMIT": LARGEST, "_APP_COMPUTE_BUILD_TIMEOUT": 900,
            "_APP_USAGE_STATS": "disabled", "_APP_VCS_ENABLED": false, "_APP_DOMAIN_ENABLED": false, "_APP_ASSISTANT_ENABLED": false,
            "_APP_DOMAIN_TARGET_CNAME": "localhost", "_APP_DOMAIN_TARGET_A": "127.0.0.1", "_APP_DOMAIN_TARGET_AAAA": "",
            "_APP_DOMAIN_SITES": "sites.localhost", "_APP_DOMAIN_FUNCTIONS": "functions.localhost", "_APP_OPTIONS_FORCE_HTTPS": "disabled",
        }),
    ))
}
