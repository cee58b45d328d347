/** Access lists of real Windows folders as public sources show them: the second line of what `icacls /save` writes. */

const TRUSTED_INSTALLER = 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464';

export const LISTED = {
  /** C:\ of Windows Server (published STIG checks and their expected values). */
  serverRoot:
    'D:PAI(A;OICIIO;GA;;;CO)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;CI;LC;;;BU)(A;CIIO;DC;;;BU)(A;OICI;0x1200a9;;;BU)',
  /** C:\ of Windows 11. */
  clientRoot: 'D:PAI(A;;LC;;;AU)(A;OICIIO;SDGXGWGR;;;AU)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)',
  /** A folder that was made in C:\ of a Windows client: what it inherits from there. */
  belowClientRoot:
    'D:AI(A;OICIIOID;SDGXGWGR;;;AU)(A;ID;0x1301bf;;;AU)(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;0x1200a9;;;BU)',
  /** C:\Program Files of Windows 10 and later. */
  programFiles:
    `D:PAI(A;;FA;;;${TRUSTED_INSTALLER})(A;CIIO;GA;;;${TRUSTED_INSTALLER})(A;;0x1301bf;;;SY)(A;OICIIO;GA;;;SY)` +
    '(A;;0x1301bf;;;BA)(A;OICIIO;GA;;;BA)(A;;0x1200a9;;;BU)(A;OICIIO;GXGR;;;BU)(A;OICIIO;GA;;;CO)(A;;0x1200a9;;;AC)(A;OICIIO;GXGR;;;AC)',
  /** A folder that a program made in C:\ProgramData. */
  belowProgramData:
    'D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIIOID;GA;;;CO)(A;OICIID;0x1200a9;;;BU)(A;CIID;DCLCRPCR;;;BU)',
  /** The same of a French Windows, whose icacls prints "BUILTIN\Utilisateurs". */
  french:
    'D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;0x1200a9;;;BU)(A;CIID;LC;;;BU)(A;CIID;DC;;;BU)(A;OICIIOID;GA;;;CO)',
  /** What `/inheritance:r /grant:r` with SYSTEM, Administrators and Users leaves. */
  programs: 'D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)',
  /** With SYSTEM and Administrators alone. */
  state: 'D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)',
  /** C:\ProgramData\ssh of OpenSSH. */
  openSsh: 'D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;AU)',
  /** C:\inetpub; a part for audits follows. */
  inetpub: `D:P(A;;FA;;;${TRUSTED_INSTALLER})(A;OICIIO;GA;;;${TRUSTED_INSTALLER})(A;;FA;;;SY)(A;OICIIO;GA;;;SY)(A;;FA;;;BA)(A;OICIIO;GA;;;BA)(A;;0x1200a9;;;BU)(A;OICIIO;GXGR;;;BU)(A;OICIIO;GA;;;CO)S:AINO_ACCESS_CONTROL`,
  /** A file in a folder with the rights of `programs`. */
  program: 'D:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;0x1200a9;;;BU)',
  /** A file after `/inheritance:r /grant:r …(OI)(CI)F … /T` on its folder: nobody may do anything. */
  locked: 'D:PAI',
} as const;

/** As it is in the file: UTF-16, the name before it; read as UTF-8, as the port does. */
export const saved = (name: string, list: string): string =>
  Buffer.from(`\ufeff${name}\r\n${list}\r\n`, 'utf16le').toString('utf8');
