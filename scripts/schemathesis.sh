#!/usr/bin/env bash
# Tries the API of a running service against its own OpenAPI document, with Schemathesis (https://schemathesis.io):
#
#   pip install schemathesis==4.32.5
#   scripts/schemathesis.sh http://127.0.0.1:8000 [--seed N ...]
#
# It stores and deletes memories of the users that it makes up: take a service without data of anybody. With
# AUTH_MODE=api-key, KEY holds a key. It ends with 1 if an answer was not as documented, or a failure of the service.
set -euo pipefail

url=${1:?the address of a running service}
shift
headers=()
if [ -n "${KEY:-}" ]; then headers=(--header "Authorization: Bearer $KEY"); fi

# Not among the checks: positive_data_acceptance, since an id of nobody is 404, and rules between fields are 422.
exec schemathesis run "$url/docs-json" "${headers[@]}" \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,negative_data_rejection,use_after_free \
  --phases examples,coverage,fuzzing,stateful --max-examples "${MAX_EXAMPLES:-50}" \
  --suppress-health-check all --continue-on-failure "$@"
