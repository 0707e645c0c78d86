// What the collector of Windows hosts cannot do in PowerShell: key provider records, names of key files, calls of Windows.
//
// Copyright (c) 2026 The msexchange.transport_tls authors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
//
// It is compiled by the csc.exe of .NET Framework 4 too: C# 5 and nothing newer.

using System;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace ansible_collections.msexchange.transport_tls.plugins.module_utils._AnonTls
{
    /// <summary>CRYPT_KEY_PROV_INFO as property 2 of a serialized certificate holds it (wincrypt.h).</summary>
    public sealed class KeyProvider
    {
        private const int PropertyId = 2;
        private const int RecordHeader = 12;
        private const int InfoHeader = 28;
        private const int MostRecords = 256;

        private readonly string container;
        private readonly string name;
        private readonly uint type;
        private readonly uint flags;

        public KeyProvider(string container, string name, uint type, uint flags)
        {
            this.container = container;
            this.name = name;
            this.type = type;
            this.flags = flags;
        }

        public string Container { get { return container; } }
        public string Name { get { return name; } }
        /// <summary>0 is a key storage provider (CNG), all else is a cryptographic service provider.</summary>
        public uint Type { get { return type; } }
        /// <summary>0x20: a key of the computer, not of a user.</summary>
        public uint Flags { get { return flags; } }

        /// <summary>What the element says of its key; null where it has no property 2. Throws FormatException.</summary>
        public static KeyProvider Find(byte[] element)
        {
            if (element == null)
            {
                throw new ArgumentNullException("element");
            }
            KeyProvider found = null;
            int offset = 0;
            for (int records = 0; offset < element.Length; records++)
            {
                if (records == MostRecords)
                {
                    throw new FormatException(Text("more than {0} records", MostRecords));
                }
                if (element.Length - offset < RecordHeader)
                {
                    throw new FormatException(Text("too few bytes for the header of a record at byte {0}", offset));
                }
                uint property = Word(element, offset);
                uint length = Word(element, offset + 8);
                int begin = offset + RecordHeader;
                if (length > (uint)(element.Length - begin))
                {
                    throw new FormatException(Text("the property at byte {0} is longer than what is there", offset));
                }
                if (property == PropertyId)
                {
                    found = Read(element, begin, (int)length);
                }
                offset = begin + (int)length;
            }
            return found;
        }

        private static KeyProvider Read(byte[] element, int begin, int length)
        {
            if (length < InfoHeader)
            {
                throw new FormatException(Text("property 2 has {0} bytes, too few for a key provider", length));
            }
            return new KeyProvider(
                String(element, begin, length, Word(element, begin)),
                String(element, begin, length, Word(element, begin + 4)),
                Word(element, begin + 8),
                Word(element, begin + 12));
        }

        /// <summary>UTF-16LE up to its NUL; null where the offset is 0. The offset counts from the record's data.</summary>
        private static string String(byte[] element, int begin, int length, uint offset)
        {
            if (offset == 0)
            {
                return null;
            }
            if (offset < InfoHeader || offset >= (uint)length)
            {
                throw new FormatException(Text("property 2 names a text at byte {0}, outside of it", offset));
            }
            int first = begin + (int)offset;
            int end = begin + length;
            for (int at = first; at + 1 < end; at += 2)
            {
                if (element[at] == 0 && element[at + 1] == 0)
                {
                    return Encoding.Unicode.GetString(element, first, at - first);
                }
            }
            throw new FormatException(Text("the text at byte {0} of property 2 has no end", offset));
        }

        private static uint Word(byte[] bytes, int offset)
        {
            return (uint)(bytes[offset] | bytes[offset + 1] << 8 | bytes[offset + 2] << 16 | bytes[offset + 3] << 24);
        }

        private static string Text(string format, object value)
        {
            return string.Format(CultureInfo.InvariantCulture, format, value);
        }
    }

    /// <summary>Where a key of the computer lies, computed without opening it.</summary>
    public sealed class KeyFile
    {
        private const uint MachineKey = 0x20;
        private const uint Cng = 0;
        private const string SoftwareKeyStorage = "Microsoft Software Key Storage Provider";

        private readonly string folder;
        private readonly string name;

        private KeyFile(string folder, string name)
        {
            this.folder = folder;
            this.name = name;
        }

        /// <summary>Below %ProgramData%.</summary>
        public string Folder { get { return folder; } }
        public string Name { get { return name; } }

        /// <summary>Throws NotSupportedException, with the reason, where the key is in no file that can be named.</summary>
        public static KeyFile Of(KeyProvider provider, string machineGuid)
        {
            string container = provider.Container;
            if (string.IsNullOrEmpty(container))
            {
                throw new NotSupportedException("the key provider record names no container");
            }
            if ((provider.Flags & MachineKey) == 0)
            {
                throw new NotSupportedException(
                    "the key is in a user's profile, not the computer's: no service can use it");
            }
            if (string.IsNullOrEmpty(machineGuid))
            {
                throw new NotSupportedException("MachineGuid is not in the registry, and the file is named after it");
            }
            string place = FolderOf(provider);
            bool cng = provider.Type == Cng;
            if (!cng && !IsAscii(container))
            {
                // windows-facts 13.9: how these are named is not known.
                throw new NotSupportedException("the container's name is not ASCII, so the file's name is not known");
            }
            Encoding encoding = cng ? Encoding.Unicode : Encoding.ASCII;
            return new KeyFile(place, Digest(encoding.GetBytes(container.ToLowerInvariant() + "\0")) + "_" + machineGuid);
        }

        private static string FolderOf(KeyProvider provider)
        {
            string by = provider.Name ?? "";
            switch (provider.Type)
            {
                case Cng:
                    if (string.Equals(by, SoftwareKeyStorage, StringComparison.OrdinalIgnoreCase))
                    {
                        return "Microsoft\\Crypto\\Keys";
                    }
                    break;
                case 1:
                case 2:
                case 12:
                case 24:
                    if (IsMicrosoftSoftware(by))
                    {
                        return "Microsoft\\Crypto\\RSA\\MachineKeys";
                    }
                    break;
                case 3:
                case 13:
                case 18:
                    if (IsMicrosoftSoftware(by))
                    {
                        return "Microsoft\\Crypto\\DSS\\MachineKeys";
                    }
                    break;
            }
            throw new NotSupportedException(string.Format(
                CultureInfo.InvariantCulture,
                "the provider '{0}' (type {1}) is not known to keep keys in files",
                by.Length > 100 ? by.Substring(0, 100) : by,
                provider.Type));
        }

        /// <summary>Without a name it is the default one of its type, which is Microsoft's unless somebody changed that.</summary>
        private static bool IsMicrosoftSoftware(string provider)
        {
            return provider.Length == 0
                || (provider.StartsWith("Microsoft ", StringComparison.OrdinalIgnoreCase)
                    && provider.IndexOf("Smart Card", StringComparison.OrdinalIgnoreCase) < 0);
        }

        private static bool IsAscii(string text)
        {
            foreach (char character in text)
            {
                if (character > 127)
                {
                    return false;
                }
            }
            return true;
        }

        /// <summary>MD5 as four little-endian words in hex, as Windows writes it.</summary>
        private static string Digest(byte[] data)
        {
            byte[] hash;
            try
            {
                using (MD5 md5 = MD5.Create())
                {
                    hash = md5.ComputeHash(data);
                }
            }
            catch (InvalidOperationException)
            {
                throw Fips();
            }
            catch (TargetInvocationException)
            {
                throw Fips();
            }
            StringBuilder text = new StringBuilder(32);
            for (int word = 0; word < 16; word += 4)
            {
                for (int index = word + 3; index >= word; index--)
                {
                    text.Append(hash[index].ToString("x2", CultureInfo.InvariantCulture));
                }
            }
            return text.ToString();
        }

        private static Exception Fips()
        {
            return new NotSupportedException(
                "fips: .NET refuses MD5 under the FIPS policy, and the file is named by it; .NET Framework 4.8 does not refuse");
        }
    }

    /// <summary>The calls of Windows; nothing else in this file makes one.</summary>
    public static class Native
    {
        /// <summary>CERT_CHAIN_DISABLE_AIA, CERT_CHAIN_DISABLE_AUTH_ROOT_AUTO_UPDATE, CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL.</summary>
        public const uint ChainFlags = 0x2000 | 0x100 | 0x4;

        private const int MoreData = 234;
        private static readonly IntPtr MachineEngine = new IntPtr(1);

        [StructLayout(LayoutKind.Sequential)]
        private struct EnhancedKeyUsage
        {
            public uint Count;
            public IntPtr Identifiers;
        }

        [StructLayout(LayoutKind.Sequential)]
        private struct UsageMatch
        {
            public uint Type;
            public EnhancedKeyUsage Usage;
        }

        [StructLayout(LayoutKind.Sequential)]
        private struct ChainParameters
        {
            public uint Size;
            public UsageMatch RequestedUsage;
        }

        [DllImport("kernel32.dll", EntryPoint = "GetComputerNameExW", CharSet = CharSet.Unicode, SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        private static extern bool GetComputerNameEx(int format, StringBuilder name, ref uint size);

        [DllImport("crypt32.dll", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        private static extern bool CertGetCertificateChain(
            IntPtr engine, IntPtr certificate, IntPtr time, IntPtr additionalStore, ref ChainParameters parameters,
            uint flags, IntPtr reserved, out IntPtr chain);

        [DllImport("crypt32.dll")]
        private static extern void CertFreeCertificateChain(IntPtr chain);

        /// <summary>COMPUTER_NAME_FORMAT: 1 host, 3 fully qualified, 5 and 7 the same of the physical computer.</summary>
        public static string ComputerName(int format)
        {
            uint size = 0;
            if (GetComputerNameEx(format, null, ref size))
            {
                return "";
            }
            int error = Marshal.GetLastWin32Error();
            if (error != MoreData)
            {
                throw new Win32Exception(error);
            }
            StringBuilder name = new StringBuilder((int)size);
            if (!GetComputerNameEx(format, name, ref size))
            {
                throw new Win32Exception(Marshal.GetLastWin32Error());
            }
            return name.ToString();
        }

        /// <summary>The chain that the computer's own engine builds as of now, without any download: to be freed.</summary>
        public static IntPtr CertificateChain(IntPtr certificate)
        {
            ChainParameters parameters = new ChainParameters();
            parameters.Size = (uint)Marshal.SizeOf(typeof(ChainParameters));
            IntPtr chain;
            if (!CertGetCertificateChain(
                MachineEngine, certificate, IntPtr.Zero, IntPtr.Zero, ref parameters, ChainFlags, IntPtr.Zero, out chain))
            {
                throw new Win32Exception(Marshal.GetLastWin32Error());
            }
            return chain;
        }

        public static void FreeCertificateChain(IntPtr chain)
        {
            CertFreeCertificateChain(chain);
        }
    }
}
