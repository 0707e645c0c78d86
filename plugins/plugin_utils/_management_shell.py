"""The literal Exchange Management Shell lines of the remedies, to be run on the server itself."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Sequence


def quoted(text: str) -> str:
    """A literal text of PowerShell: single quotes, those inside doubled (typographic ones are quotes to it as well)."""
    return (
        "'"
        + "".join(character * 2 if character in "'\u2018\u2019\u201a\u201b" else character for character in text)
        + "'"
    )


def _on_disk(file_name: str) -> str:
    return quoted("C:\\" + file_name)


def enable_smtp(thumbprint: str) -> str:
    """Asks whether to replace the internal transport certificate; "no" still enables SMTP."""
    return f"Enable-ExchangeCertificate -Thumbprint {thumbprint} -Services SMTP"


def replace_internal(thumbprint: str) -> str:
    """`-Force` answers yes to the question whether to replace the internal transport certificate."""
    return f"Enable-ExchangeCertificate -Thumbprint {thumbprint} -Services SMTP -Force"


def show_internal(server: str) -> str:
    """The thumbprint of the internal transport certificate, as Exchange has it."""
    return f"Get-TransportService {quoted(server)} | Format-List InternalTransportCertificateThumbprint"


def show_services(thumbprint: str) -> str:
    return f"Get-ExchangeCertificate -Thumbprint {thumbprint} | Format-List Services"


def renew(thumbprint: str, *, self_signed: bool, exchange_2007: bool) -> str:
    """A self-signed certificate is cloned, an issued one requested anew from its authority.

    Exchange 2007 writes the request itself, later versions return it.
    """
    source = f"Get-ExchangeCertificate -Thumbprint {thumbprint}"
    if self_signed:
        return f"{source} | New-ExchangeCertificate -Services SMTP -PrivateKeyExportable $true"
    request = f"{source} | New-ExchangeCertificate -GenerateRequest -PrivateKeyExportable $true"
    file = _on_disk(thumbprint + ".req")
    return f"{request} -Path {file}" if exchange_2007 else f"Set-Content -Path {file} -Value ({request})"


def import_certificate(thumbprint: str, *, exchange_2007: bool) -> str:
    """Exchange 2007 reads the file itself, later versions take its bytes."""
    file = _on_disk(thumbprint + ".pfx")
    source = f"-Path {file}" if exchange_2007 else f"-FileData ([System.IO.File]::ReadAllBytes({file}))"
    return f"Import-ExchangeCertificate {source} -Password (Get-Credential).Password -PrivateKeyExportable $true"


def new_self_signed(subject_name: str | None, domains: Sequence[str]) -> str:
    """Without names the cmdlet takes those of the server; `-Force` makes the new one the internal certificate."""
    subject = f" -SubjectName {quoted(f'CN={subject_name}')}" if subject_name else ""
    names = f" -DomainName {','.join(map(quoted, domains))}" if domains else ""
    return f"New-ExchangeCertificate{subject}{names} -Services SMTP -PrivateKeyExportable $true -Force"


def new_edge_subscription() -> str:
    """Run on the Edge; the file is then imported on a Mailbox or Hub server of the subscribed site."""
    return f"New-EdgeSubscription -FileName {_on_disk('EdgeSubscription.xml')}"


def test_edge_synchronization() -> str:
    return "Test-EdgeSynchronization"
