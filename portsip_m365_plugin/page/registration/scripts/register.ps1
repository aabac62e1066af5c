<#
Registers the PBX in Microsoft Entra with Microsoft Graph PowerShell: the application, its redirect URIs, the PBX's
public key, the permissions of the features that are switched on, and admin consent to them. In the end it prints the
two IDs for the PBX's page. Run it again at any time: it changes only what differs. It stops at the first error.

It needs PowerShell 7 or Windows PowerShell 5.1, the module Microsoft.Graph.Authentication
(Install-Module Microsoft.Graph.Authentication -Scope CurrentUser), and a person with the role Privileged Role
Administrator or Global Administrator. It holds no secret: the private key stays in the PBX.

  ./register-graph-powershell.ps1
  ./register-graph-powershell.ps1 -Without Mail.Send, Contacts.Read
    after limit-mailboxes.ps1: does not consent again to what Exchange limits to chosen mailboxes
#>
param([string[]] $Without = @())
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#VALUES#

$GraphAppId = '00000003-0000-0000-c000-000000000000'

function Get-Graph([string] $Path) {
    return Invoke-MgGraphRequest -Method GET -Uri "$Graph/v1.0/$Path"
}

# A new object is not found everywhere at once: try a change again for about a minute.
function Send-Graph([string] $Method, [string] $Path, [hashtable] $Body) {
    $Json = ConvertTo-Json -InputObject $Body -Depth 10 -Compress
    foreach ($Try in @(1, 2, 3, 4, 5, 6)) {
        try {
            return Invoke-MgGraphRequest -Method $Method -Uri "$Graph/v1.0/$Path" -Body $Json -ContentType 'application/json'
        }
        catch {
            if ($Try -eq 6) { throw }
            Write-Warning "Microsoft Graph refuses this for now; trying again ($Try of 5). $($_.Exception.Message)"
            Start-Sleep -Seconds 10
        }
    }
}

$Unknown = @($Without | Where-Object { $ExchangePermissions -notcontains $_ })
if ($Unknown.Count -gt 0) { throw "-Without ${Unknown}: Exchange limits only $ExchangePermissions." }

# -- the right cloud and the right directory

$Connection = @{
    Environment = $GraphEnvironment
    Scopes      = @('Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All', 'DelegatedPermissionGrant.ReadWrite.All')
    NoWelcome   = $true
}
if ($DirectoryId) { $Connection.TenantId = $DirectoryId }
Connect-MgGraph @Connection
$Directory = (Get-MgContext).TenantId
if ($DirectoryId -and ($Directory -ne $DirectoryId)) {
    throw "You are signed in to the directory $Directory, and the PBX uses $DirectoryId."
}

# -- what Microsoft Graph offers in this directory

$GraphPrincipal = Get-Graph "servicePrincipals(appId='$GraphAppId')?`$select=id,appRoles,oauth2PermissionScopes"
$Roles = @()
$Access = @()
foreach ($Name in $Permissions) {
    if ($Without -contains $Name) {
        Write-Host "$Name is left to Exchange."
        continue
    }
    $Role = @($GraphPrincipal.appRoles | Where-Object { $_.value -ceq $Name })
    if ($Role.Count -ne 1) { throw "Microsoft Graph of this directory has no application permission $Name." }
    $Roles += @{ name = $Name; id = $Role[0].id }
    $Access += @{ id = $Role[0].id; type = 'Role' }
}
foreach ($Name in $SignInScopes) {
    $Scope = @($GraphPrincipal.oauth2PermissionScopes | Where-Object { $_.value -ceq $Name })
    if ($Scope.Count -ne 1) { throw "Microsoft Graph of this directory has no delegated permission $Name." }
    $Access += @{ id = $Scope[0].id; type = 'Scope' }
}

# -- the application: by the mark of this PBX, not by the name, which another application may have

if ($ClientId) {
    $Found = @((Get-Graph "applications?`$filter=appId eq '$ClientId'").value)
    if ($Found.Count -eq 0) { throw "The directory $Directory has no application $ClientId, which the PBX uses." }
}
else {
    $Found = @((Get-Graph "applications?`$filter=tags/any(t:t eq '$Mark')").value)
}
if ($Found.Count -gt 1) { throw "Several applications have the mark $Mark; delete all but one in Entra." }
if ($Found.Count -eq 1) {
    Write-Host 'The application is registered already.'
    $Application = $Found[0]
}
else {
    Write-Host 'Registering the application.'
    $Application = Send-Graph POST 'applications' @{
        displayName    = $DisplayName
        signInAudience = 'AzureADMyOrg'
        tags           = @($Mark)
        web            = @{ redirectUris = @($RedirectUris) }
    }
}
$ObjectId = $Application.id
$ApplicationId = $Application.appId

# -- redirect URIs: those that are there stay

$Uris = @($Application.web.redirectUris | Where-Object { $_ })
$MissingUris = @($RedirectUris | Where-Object { $Uris -cnotcontains $_ })
if ($MissingUris.Count -gt 0) {
    Write-Host 'Setting the redirect URIs.'
    Send-Graph PATCH "applications/$ObjectId" @{ web = @{ redirectUris = @($Uris + $MissingUris) } } | Out-Null
}
Write-Host 'Setting single tenant and the permissions that the PBX needs.'
Send-Graph PATCH "applications/$ObjectId" @{
    signInAudience         = 'AzureADMyOrg'
    requiredResourceAccess = @(@{ resourceAppId = $GraphAppId; resourceAccess = @($Access) })
} | Out-Null

# -- the public key: those that are there stay

if ($Certificate) {
    $Keys = @((Get-Graph "applications/${ObjectId}?`$select=keyCredentials").keyCredentials | Where-Object { $_ })
    $Marks = @($ThumbprintHex, $ThumbprintBase64)
    $Known = @($Keys | Where-Object { ($_['key'] -ceq $Certificate) -or ($Marks -ccontains $_['customKeyIdentifier']) })
    if ($Known.Count -eq 0) {
        Write-Host 'Uploading the public key.'
        $New = @{ type = 'AsymmetricX509Cert'; usage = 'Verify'; displayName = $KeyName; key = $Certificate }
        # Without the dates, which Windows PowerShell writes in a form of its own; Entra takes them from the certificate.
        $Kept = @($Keys | ForEach-Object {
                @{ keyId = $_['keyId']; type = $_['type']; usage = $_['usage']; displayName = $_['displayName']; key = $_['key'] }
            })
        Send-Graph PATCH "applications/$ObjectId" @{ keyCredentials = @($Kept + $New) } | Out-Null
    }
}
else {
    Write-Warning 'The PBX has no key pair yet: generate one on its page and download this script again.'
}

# -- the enterprise application, and consent

$Principals = @((Get-Graph "servicePrincipals?`$filter=appId eq '$ApplicationId'").value)
if ($Principals.Count -eq 0) {
    Write-Host 'Creating the enterprise application.'
    $Principal = Send-Graph POST 'servicePrincipals' @{ appId = $ApplicationId }
}
else {
    $Principal = $Principals[0]
}
$Granted = @((Get-Graph "servicePrincipals/$($Principal.id)/appRoleAssignments").value |
        Where-Object { $_.resourceId -eq $GraphPrincipal.id } | ForEach-Object { $_.appRoleId })
foreach ($Role in $Roles) {
    if ($Granted -notcontains $Role.id) {
        Write-Host "Consenting to $($Role.name)."
        Send-Graph POST "servicePrincipals/$($GraphPrincipal.id)/appRoleAssignedTo" @{
            principalId = $Principal.id
            resourceId  = $GraphPrincipal.id
            appRoleId   = $Role.id
        } | Out-Null
    }
}
if ($SignInScopes.Count -gt 0) {
    $Grants = @((Get-Graph "servicePrincipals/$($Principal.id)/oauth2PermissionGrants").value |
            Where-Object { ($_.resourceId -eq $GraphPrincipal.id) -and ($_.consentType -eq 'AllPrincipals') })
    if ($Grants.Count -eq 0) {
        Write-Host 'Consenting to signing in.'
        Send-Graph POST 'oauth2PermissionGrants' @{
            clientId    = $Principal.id
            consentType = 'AllPrincipals'
            resourceId  = $GraphPrincipal.id
            scope       = ($SignInScopes -join ' ')
        } | Out-Null
    }
    else {
        $Consented = @($Grants[0].scope -split ' ')
        $MissingScopes = @($SignInScopes | Where-Object { $Consented -cnotcontains $_ })
        if ($MissingScopes.Count -gt 0) {
            throw "The enterprise application has a delegated consent without $MissingScopes; grant it in Entra."
        }
    }
}

Write-Host 'Done. Enter these on the PERMISSIONS tab of the PBX, and press Test connection there.'
Write-Output "Application (client) ID: $ApplicationId"
Write-Output "Directory (tenant) ID: $Directory"
Write-Output "Object ID of the app registration: $ObjectId"
