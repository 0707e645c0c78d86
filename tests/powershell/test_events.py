"""The events that are asked for, and how what comes is grouped."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Run = Callable[..., Any]

UTILS = ("_AnonTlsAnswer.psm1", "_AnonTlsEvents.psm1")

_MOMENTS = """
function New-Record($Id, $Time, $Values, $Provider = 'MSExchangeTransport') {
    [pscustomobject]@{
        Id = $Id; ProviderName = $Provider; Values = [string[]]$Values
        TimeCreated = [datetimeoffset]::Parse($Time, [cultureinfo]::InvariantCulture).UtcDateTime
    }
}
"""


def test_the_query_is_a_range_of_numbers_two_providers_and_a_moment_in_utc(powershell: Run) -> None:
    query = powershell(
        "$culture = [cultureinfo]::InvariantCulture.Clone()\n"
        "$culture.DateTimeFormat.TimeSeparator = '.'\n"
        "[System.Threading.Thread]::CurrentThread.CurrentCulture = $culture\n"
        "Get-AnonTlsEventQuery -Since ([datetimeoffset]'2026-11-01T02:30:00+02:00').UtcDateTime",
        *UTILS,
    )

    assert query == (
        "*[System[Provider[@Name='MSExchangeTransport' or @Name='MSExchangeFrontEndTransport'] and "
        "((EventID>=12012 and EventID<=12024) or EventID=1037 or EventID=2019) and "
        "TimeCreated[@SystemTime>='2026-11-01T00:30:00Z']]]"
    )


def test_events_are_grouped_by_number_and_provider_with_count_and_times(powershell: Run) -> None:
    found = powershell(
        _MOMENTS
        + """
        $records = @(
            New-Record 12014 '2026-11-02T08:00:00Z' 'a.contoso.com', 'Out'
            New-Record 12014 '2026-11-04T08:00:00Z' 'b.contoso.com', 'Out'
            New-Record 12014 '2026-11-03T08:00:00Z' 'a.contoso.com', 'Out'
            New-Record 12014 '2026-11-01T08:00:00Z' 'a.contoso.com', 'In' 'MSExchangeFrontEndTransport'
            New-Record 1037 '2026-11-05T08:00:00Z' @()
        )
        return , (Group-AnonTlsEvent -Record $records)
        """,
        *UTILS,
    )

    assert found == [
        {
            "id": 1037,
            "provider": "MSExchangeTransport",
            "count": 1,
            "first": "2026-11-05T08:00:00Z",
            "last": "2026-11-05T08:00:00Z",
            "parameters": [[]],
        },
        {
            "id": 12014,
            "provider": "MSExchangeFrontEndTransport",
            "count": 1,
            "first": "2026-11-01T08:00:00Z",
            "last": "2026-11-01T08:00:00Z",
            "parameters": [["a.contoso.com", "In"]],
        },
        {
            "id": 12014,
            "provider": "MSExchangeTransport",
            "count": 3,
            "first": "2026-11-02T08:00:00Z",
            "last": "2026-11-04T08:00:00Z",
            "parameters": [["b.contoso.com", "Out"], ["a.contoso.com", "Out"]],
        },
    ]


def test_of_many_parameters_the_newest_twenty_are_kept_and_cut(powershell: Run) -> None:
    (found,) = powershell(
        _MOMENTS
        + """
        $records = foreach ($day in 1..28) {
            New-Record 12013 "2026-11-$('{0:d2}' -f $day)T00:00:00Z" "$day$('x' * 600)`r`n"
        }
        return , (Group-AnonTlsEvent -Record $records)
        """,
        *UTILS,
    )

    assert found["count"] == 28
    assert len(found["parameters"]) == 20
    assert found["parameters"][0] == ["28" + "x" * 498 + "..."]


def test_no_event_is_an_empty_list(powershell: Run) -> None:
    double = "function Get-AnonTlsEvent { param ($XPath, $Maximum) }"

    assert powershell("Get-AnonTlsObservedEvent -Days 30 -Answer @{}", *UTILS, double=double) == []


def test_more_events_than_are_counted_are_told(powershell: Run) -> None:
    double = """
    function Get-AnonTlsEvent { param ($XPath, $Maximum)
        foreach ($number in 1..$Maximum) {
            $now = [datetime]::UtcNow
            [pscustomobject]@{ Id = 12014; ProviderName = 'MSExchangeTransport'; Values = @(); TimeCreated = $now }
        }
    }
    """

    answer = powershell(
        """
        $answer = @{ limits = [System.Collections.Generic.List[string]]::new() }
        $events = Get-AnonTlsObservedEvent -Days 2147483647 -Answer $answer
        @{ events = $events; limits = $answer.limits }
        """,
        *UTILS,
        double=double,
    )

    assert [each["count"] for each in answer["events"]] == [5000]
    assert answer["limits"] == ["There are more than 5000 events of the last 36500 days; the newest 5000 were counted."]
