# The events of Exchange that tell of the internal transport certificate, grouped; their messages are never rendered.
#
# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -PowerShell ..module_utils._AnonTlsAnswer
#AnsibleRequires -PowerShell ..module_utils._AnonTlsHost

Set-StrictMode -Version 2.0

function Get-AnonTlsObservedEvent {
    param ([int] $Days, [hashtable] $Answer)
    $most = 5000
    $days = [System.Math]::Max(0, [System.Math]::Min($Days, 36500))
    $events = @(Get-AnonTlsEvent -XPath (Get-AnonTlsEventQuery -Since ([datetime]::UtcNow.AddDays(-$days))) -Maximum ($most + 1))
    if ($events.Count -gt $most) {
        $Answer.limits.Add("There are more than $most events of the last $days days; the newest $most were counted.")
        $events = $events[0..($most - 1)]
    }
    return , (Group-AnonTlsEvent -Record $events)
}

function Get-AnonTlsEventQuery {
    # Numbers as a range, as XPath of the event log takes about 20 terms (windows-facts 10, M). The moment is UTC.
    param ([datetime] $Since)
    $moment = ConvertTo-AnonTlsMoment -Moment $Since
    "*[System[Provider[@Name='MSExchangeTransport' or @Name='MSExchangeFrontEndTransport'] and " +
    '((EventID>=12012 and EventID<=12024) or EventID=1037 or EventID=2019) and ' +
    "TimeCreated[@SystemTime>='$moment']]]"
}

function Group-AnonTlsEvent {
    # By number and provider, in this order; of the parameters the distinct ones, newest first.
    param ([object[]] $Record)
    $mostParameters = 20
    $groups = [System.Collections.Generic.SortedDictionary[string, object]]::new([System.StringComparer]::Ordinal)
    foreach ($one in @($Record | Sort-Object -Property TimeCreated -Descending)) {
        $key = '{0:d5} {1}' -f [int]$one.Id, [string]$one.ProviderName
        if (-not $groups.ContainsKey($key)) {
            $groups[$key] = @{
                id = [int]$one.Id
                provider = Limit-AnonTlsText -Text $one.ProviderName -Length 100
                count = 0
                last = ConvertTo-AnonTlsMoment -Moment $one.TimeCreated
                parameters = [System.Collections.Generic.List[object]]::new()
                seen = [System.Collections.Generic.HashSet[string]]::new([System.StringComparer]::Ordinal)
            }
        }
        $group = $groups[$key]
        $group.count++
        $group.first = ConvertTo-AnonTlsMoment -Moment $one.TimeCreated
        $values = [string[]]@($one.Values | Select-Object -First $mostParameters | ForEach-Object { [string](Limit-AnonTlsText -Text $_) })
        if ($group.parameters.Count -lt $mostParameters -and $group.seen.Add($values -join "`0")) {
            $group.parameters.Add($values)
        }
    }
    $answer = [System.Collections.Generic.List[object]]::new()
    foreach ($group in $groups.Values) {
        $group.Remove('seen')
        $answer.Add($group)
    }
    return , $answer
}
