#!/usr/bin/env bash
# Registers the PBX in Microsoft Entra with Azure CLI: the application, its redirect URIs, the PBX's public key, the
# permissions of the features that are switched on, and admin consent to them. In the end it prints the two IDs for the
# PBX's page. Run it again at any time: it changes only what differs. It stops at the first error.
#
# It needs bash, Azure CLI, and a person with the role Privileged Role Administrator or Global Administrator.
# It holds no secret: the private key stays in the PBX.
#
#   bash register-azure-cli.sh
#   bash register-azure-cli.sh --without Mail.Send Contacts.Read
#     after limit-mailboxes.ps1: does not consent again to what Exchange limits to chosen mailboxes
set -euo pipefail

#VALUES#

fail() {
  printf 'error: %s\n' "$1" >&2
  exit 1
}

say() {
  printf '%s\n' "$1" >&2
}

# One call to Microsoft Graph: method, path, body (may be empty), then arguments for az.
graph() {
  local method=$1 path=$2 body=$3
  shift 3
  if [ -n "$body" ]; then
    set -- --headers Content-Type=application/json --body "$body" "$@"
  fi
  az rest --only-show-errors --method "$method" --url "$GRAPH/v1.0/$path" --resource "$GRAPH" "$@"
}

# The same, and print one value for each line. An empty answer and the word None mean that there is nothing.
ask() {
  local path=$1 query=$2
  graph get "$path" '' --query "$query" --output tsv | tr -d '\r' | sed -e '/^None$/d' -e '/^$/d'
}

# A new object is not found everywhere at once: try a change again for about a minute.
graph_soon() {
  local try
  for try in 1 2 3 4 5 6; do
    if graph "$@"; then
      return
    fi
    [ "$try" -eq 6 ] || { say "Microsoft Graph refuses this for now; trying again ($try of 5)."; sleep "${PBX_WAIT_S:-10}"; }
  done
  fail "Microsoft Graph refused this six times; see its message above."
}

joined() {
  local IFS=,
  printf '%s' "$*"
}

without=' '
if [ "${1:-}" = --without ]; then
  shift
  [ "$#" -gt 0 ] || fail 'name the permissions after --without'
  for name in "$@"; do
    [[ " $EXCHANGE_PERMISSIONS " == *" $name "* ]] || fail "--without $name: Exchange limits only $EXCHANGE_PERMISSIONS"
  done
  without=" $* "
elif [ "$#" -gt 0 ]; then
  fail "unknown argument $1; there is only --without"
fi
command -v az >/dev/null || fail 'Azure CLI (az) is not installed.'

# -- the right cloud and the right directory --------------------------------------------------------------------------

az cloud set --only-show-errors --name "$AZ_CLOUD"
directory=$(az account show --only-show-errors --query tenantId --output tsv 2>/dev/null | tr -d '\r') || directory=''
if [ -z "$directory" ]; then
  say 'Signing in.'
  if [ -n "$DIRECTORY_ID" ]; then
    az login --only-show-errors --allow-no-subscriptions --tenant "$DIRECTORY_ID" --output none
  else
    az login --only-show-errors --allow-no-subscriptions --output none
  fi
  directory=$(az account show --only-show-errors --query tenantId --output tsv | tr -d '\r')
fi
if [ -n "$DIRECTORY_ID" ] && [ "$directory" != "$DIRECTORY_ID" ]; then
  fail "Azure CLI is signed in to the directory $directory. Run: az login --allow-no-subscriptions --tenant $DIRECTORY_ID"
fi

# -- what Microsoft Graph offers in this directory --------------------------------------------------------------------

graph_sp=$(ask "servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?\$select=id" id)
[ -n "$graph_sp" ] || fail 'This directory has no Microsoft Graph.'
roles=()
scopes=()
access=()
for name in "${PERMISSIONS[@]}"; do
  if [[ $without == *" $name "* ]]; then
    say "$name is left to Exchange."
    continue
  fi
  role=$(ask "servicePrincipals/$graph_sp?\$select=appRoles" "appRoles[?value=='$name'].id")
  [ -n "$role" ] || fail "Microsoft Graph of this directory has no application permission $name."
  roles+=("$name $role")
  access+=("{\"id\":\"$role\",\"type\":\"Role\"}")
done
for name in ${SIGN_IN_SCOPES[@]+"${SIGN_IN_SCOPES[@]}"}; do
  scope=$(ask "servicePrincipals/$graph_sp?\$select=oauth2PermissionScopes" "oauth2PermissionScopes[?value=='$name'].id")
  [ -n "$scope" ] || fail "Microsoft Graph of this directory has no delegated permission $name."
  scopes+=("$name")
  access+=("{\"id\":\"$scope\",\"type\":\"Scope\"}")
done
required="[{\"resourceAppId\":\"00000003-0000-0000-c000-000000000000\",\"resourceAccess\":[$(joined ${access[@]+"${access[@]}"})]}]"

# -- the application --------------------------------------------------------------------------------------------------

if [ -n "$CLIENT_ID" ]; then
  found=$(ask "applications?\$filter=appId%20eq%20'$CLIENT_ID'&\$select=id" 'value[].id')
  [ -n "$found" ] || fail "The directory $directory has no application $CLIENT_ID, which the PBX uses."
else
  # By the mark of this PBX, not by the name, which another application may have.
  found=$(ask "applications?\$filter=tags/any(t:t%20eq%20'$MARK')&\$select=id" 'value[].id')
fi
if [ -z "$found" ]; then
  say 'Registering the application.'
  application=$(graph post applications "$NEW_APPLICATION" --query id --output tsv | tr -d '\r')
elif [ "$(wc -l <<<"$found")" -eq 1 ]; then
  say 'The application is registered already.'
  application=$found
else
  fail "Several applications have the mark $MARK; delete all but one in Entra."
fi
client_id=$(ask "applications/$application?\$select=appId" appId)

# -- redirect URIs: those that are there stay -------------------------------------------------------------------------

uris=$(ask "applications/$application?\$select=web" 'web.redirectUris[]')
missing=no
for uri in "${REDIRECT_URIS[@]}"; do
  if ! grep -Fxq -- "$uri" <<<"$uris"; then
    uris=$(printf '%s\n%s' "$uris" "$uri")
    missing=yes
  fi
done
if [ "$missing" = yes ]; then
  say 'Setting the redirect URIs.'
  if [[ $uris == *'"'* || $uris == *"\\"* ]]; then
    fail 'A redirect URI of the application contains a quote or a backslash; correct it in Entra.'
  fi
  quoted=()
  while IFS= read -r uri; do
    [ -z "$uri" ] || quoted+=("\"$uri\"")
  done <<<"$uris"
  graph_soon patch "applications/$application" "{\"web\":{\"redirectUris\":[$(joined "${quoted[@]}")]}}" >/dev/null
fi
say 'Setting single tenant and the permissions that the PBX needs.'
graph_soon patch "applications/$application" \
  "{\"signInAudience\":\"AzureADMyOrg\",\"requiredResourceAccess\":$required}" >/dev/null

# -- the public key: those that are there stay ------------------------------------------------------------------------

if [ -n "$CERTIFICATE" ]; then
  known=$(ask "applications/$application?\$select=keyCredentials" \
    "keyCredentials[?key=='$CERTIFICATE' || customKeyIdentifier=='$THUMBPRINT_HEX' || customKeyIdentifier=='$THUMBPRINT_BASE64'].keyId")
  if [ -z "$known" ]; then
    say 'Uploading the public key.'
    keys=$(graph get "applications/$application?\$select=keyCredentials" '' \
      --query "{keyCredentials: [keyCredentials, \`[$NEW_KEY]\`][]}" --output json)
    graph patch "applications/$application" "$keys" >/dev/null ||
      fail 'The public key was not accepted. In Entra, under Certificates & secrets, remove expired certificates; then run this again.'
  fi
else
  say 'The PBX has no key pair yet: generate one on its page and download this script again.'
fi

# -- the enterprise application, and consent --------------------------------------------------------------------------

principal=$(ask "servicePrincipals?\$filter=appId%20eq%20'$client_id'&\$select=id" 'value[].id')
if [ -z "$principal" ]; then
  say 'Creating the enterprise application.'
  principal=$(graph_soon post servicePrincipals "{\"appId\":\"$client_id\"}" --query id --output tsv | tr -d '\r')
fi
granted=$(ask "servicePrincipals/$principal/appRoleAssignments" "value[?resourceId=='$graph_sp'].appRoleId")
for entry in ${roles[@]+"${roles[@]}"}; do
  role=${entry#* }
  if ! grep -Fxq -- "$role" <<<"$granted"; then
    say "Consenting to ${entry% *}."
    graph_soon post "servicePrincipals/$graph_sp/appRoleAssignedTo" \
      "{\"principalId\":\"$principal\",\"resourceId\":\"$graph_sp\",\"appRoleId\":\"$role\"}" >/dev/null
  fi
done
if [ "${#scopes[@]}" -gt 0 ]; then
  grants=$(ask "servicePrincipals/$principal/oauth2PermissionGrants" \
    "value[?resourceId=='$graph_sp' && consentType=='AllPrincipals'].scope")
  for name in "${scopes[@]}"; do
    if [[ " ${grants//$'\n'/ } " != *" $name "* ]]; then
      [ -z "$grants" ] || fail "The enterprise application has a delegated consent without $name; grant it in Entra."
      say 'Consenting to signing in.'
      graph_soon post oauth2PermissionGrants "{\"clientId\":\"$principal\",\"consentType\":\"AllPrincipals\",\"resourceId\":\"$graph_sp\",\"scope\":\"${scopes[*]}\"}" >/dev/null
      break
    fi
  done
fi

say 'Done. Enter these on the PERMISSIONS tab of the PBX, and press Test connection there.'
printf 'Application (client) ID: %s\nDirectory (tenant) ID: %s\nObject ID of the app registration: %s\n' \
  "$client_id" "$directory" "$application"
