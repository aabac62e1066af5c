<#
Limits what the PBX may do with mailboxes to the mailboxes that you choose, with RBAC for Applications in Exchange
Online. Run it after the application is registered and has consent, and again after a change of the lists below. It
stops at the first error.

Permissions in Entra and roles in Exchange ADD UP. A tenant-wide consent in Entra to a permission makes its limit in
Exchange void. So this script gives the roles in Exchange first, and then takes the tenant-wide consent back, for the
permissions named below only. Never grant admin consent to them again, or the limit is gone.
A change takes 30 minutes to 2 hours. Meanwhile Microsoft may refuse mail; the PBX keeps it and sends it later.

It needs the modules ExchangeOnlineManagement and Microsoft.Graph.Authentication, and a person with the roles Exchange
Administrator (Organization Management) and Privileged Role Administrator, or Global Administrator.
The mailboxes are direct members of one mail-enabled security group for each list; nested groups do not count.
#>
param()
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

#VALUES#

$GraphAppId = '00000003-0000-0000-c000-000000000000'

foreach ($Limit in $Limits) {
    if ($Limit.Mailboxes.Count -eq 0) { throw "The list of mailboxes for $($Limit.Permissions) is empty." }
}
$Connection = @{
    Environment = $GraphEnvironment
    Scopes      = @('Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All')
    NoWelcome   = $true
    TenantId    = $DirectoryId
}
Connect-MgGraph @Connection
if ((Get-MgContext).TenantId -ne $DirectoryId) {
    throw "You are signed in to the directory $((Get-MgContext).TenantId), and the PBX uses $DirectoryId."
}
Connect-ExchangeOnline -ExchangeEnvironmentName $ExchangeEnvironment -ShowBanner:$false

# -- the enterprise application, by the object id of its own: that of the app registration is another one

$Principals = @((Invoke-MgGraphRequest -Method GET -Uri "$Graph/v1.0/servicePrincipals?`$filter=appId eq '$ClientId'").value)
if ($Principals.Count -ne 1) { throw "The directory has no enterprise application for $ClientId; register the PBX first." }
$PrincipalId = $Principals[0].id
if (-not @(Get-ServicePrincipal | Where-Object { $_.AppId -eq $ClientId })) {
    Write-Host 'Making the application known to Exchange.'
    New-ServicePrincipal -AppId $ClientId -ObjectId $PrincipalId -DisplayName $DisplayName | Out-Null
}

# -- for each list: group, scope, roles

foreach ($Limit in $Limits) {
    $Group = Get-DistributionGroup -Identity $Limit.Name -ErrorAction SilentlyContinue
    if (-not $Group) {
        Write-Host "Creating the group $($Limit.Name)."
        $Group = New-DistributionGroup -Name $Limit.Name -Type Security
        Set-DistributionGroup -Identity $Limit.Name -HiddenFromAddressListsEnabled $true
    }
    Write-Host "Setting the members of the group $($Limit.Name): $($Limit.Mailboxes -join ', ')."
    Update-DistributionGroupMember -Identity $Limit.Name -Members $Limit.Mailboxes -Confirm:$false
    $Filter = "MemberOfGroup -eq '$($Group.DistinguishedName.Replace("'", "''"))'"
    if (Get-ManagementScope -Identity $Limit.Name -ErrorAction SilentlyContinue) {
        Set-ManagementScope -Identity $Limit.Name -RecipientRestrictionFilter $Filter
    }
    else {
        New-ManagementScope -Name $Limit.Name -RecipientRestrictionFilter $Filter | Out-Null
    }
    foreach ($Permission in $Limit.Permissions) {
        $AssignmentName = "$($Limit.Name) $Permission"
        if (-not (Get-ManagementRoleAssignment -Identity $AssignmentName -ErrorAction SilentlyContinue)) {
            Write-Host "Giving the role Application $Permission."
            $Assignment = @{
                Name                = $AssignmentName
                App                 = $PrincipalId
                Role                = "Application $Permission"
                CustomResourceScope = $Limit.Name
            }
            New-ManagementRoleAssignment @Assignment | Out-Null
        }
    }
    foreach ($Mailbox in $Limit.Mailboxes) {
        Write-Host "What the application may do with ${Mailbox}:"
        Test-ServicePrincipalAuthorization -Identity $PrincipalId -Resource $Mailbox | Format-Table | Out-Host
    }
}

# -- take the tenant-wide consent back: it would add up with the roles

$GraphPrincipal = Invoke-MgGraphRequest -Method GET -Uri "$Graph/v1.0/servicePrincipals(appId='$GraphAppId')?`$select=id,appRoles"
$Limited = @($Limits | ForEach-Object { $_.Permissions })
$RoleIds = @($GraphPrincipal.appRoles | Where-Object { $Limited -ccontains $_.value } | ForEach-Object { $_.id })
$Assignments = @((Invoke-MgGraphRequest -Method GET -Uri "$Graph/v1.0/servicePrincipals/$PrincipalId/appRoleAssignments").value |
        Where-Object { ($_.resourceId -eq $GraphPrincipal.id) -and ($RoleIds -contains $_.appRoleId) })
foreach ($Assignment in $Assignments) {
    Write-Host "Taking the tenant-wide consent back: $($Assignment.appRoleId)."
    Invoke-MgGraphRequest -Method DELETE -Uri "$Graph/v1.0/servicePrincipals/$PrincipalId/appRoleAssignments/$($Assignment.id)" | Out-Null
}
$Application = Invoke-MgGraphRequest -Method GET -Uri "$Graph/v1.0/applications(appId='$ClientId')?`$select=id,requiredResourceAccess"
$Resources = @($Application.requiredResourceAccess | ForEach-Object {
        @{
            resourceAppId  = $_.resourceAppId
            resourceAccess = @($_.resourceAccess | Where-Object { $RoleIds -notcontains $_.id })
        }
    } | Where-Object { $_.resourceAccess.Count -gt 0 })
$Body = ConvertTo-Json -InputObject @{ requiredResourceAccess = @($Resources) } -Depth 10 -Compress
Invoke-MgGraphRequest -Method PATCH -Uri "$Graph/v1.0/applications/$($Application.id)" -Body $Body -ContentType 'application/json' | Out-Null

Write-Host 'Done. A change takes 30 minutes to 2 hours. Then send a test mail on the MAIL tab of the PBX.'
Write-Host 'Do not grant admin consent to these permissions again: permissions in Entra and roles in Exchange add up.'
Write-Host "If you run the script that registers the PBX again, add to it: --without $($Limited -join ' ')   (Azure CLI)"
Write-Host "or: -Without $($Limited -join ', ')   (PowerShell)"
