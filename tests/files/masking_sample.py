"""Free text as citizens and civil servants write it, invented, with every number, address and name of a person marked by its kind.

``{kind|text}`` marks what has to be masked. Texts without a mark hold what looks alike and may stay: money, dates, hours, rules, streets.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Labelled(NamedTuple):
    kind: str
    start: int
    end: int


STRUCTURED = ("nik", "nip", "phone", "mail", "plate", "card", "account", "url")
_MARK = re.compile(r"\{(\w+)\|([^}]*)\}")

TEXTS = """
NIK saya {nik|1271015203900004}, KTP belum jadi juga sejak Maret.
Sudah lapor dengan nik {nik|1271 0152 0390 0004} tapi ditolak sistem
no ktp : {nik|12.71.01.520390.0004} mohon dicek
Nomor KK {nik|1271-0112-0315-0007} tidak sinkron dengan dukcapil
nik={nik|1 2 7 1 0 1 5 2 0 3 9 0 0 0 0 4} kenapa tidak terdaftar
Data anak dengan NIK {nik|127101 520390 0004} salah tanggal lahir.
KTP {nik|I27I0I5203900004} tolong diaktifkan
NIKnya {nik|1271015203900004}
saya pemegang e-ktp nomor {nik|1271O1520390OO04} mohon bantuan
Kartu keluarga: {nik|1271 0112 0315 0007}, alamat sudah pindah
Sesuai KTP ({nik|1271015203900011}) saya warga Medan Denai
npwp saya {account|09.254.294.3-407.000} tidak valid
NPWP {account|092542943407000} ditolak
Bpjs kesehatan {account|0001234567891} non aktif padahal sudah bayar
no bpjs {account|0001 2345 67891} dan belum dilayani
NIP {nip|199003012015011901} belum terdaftar di e-kinerja
nip. {nip|19900301 201501 1 901} salah golongan
Pegawai dengan NIP: {nip|19900301.201501.1.901} tidak pernah di tempat
NIP {nip|19900301 201501 2 017} atas pelatihan itu tidak diundang
nip saya {nip|1990 0301 2015 0119 01}
Pembina (NIP {nip|197407102004101905}) minta uang
NI PPPK {nip|199511022023212045} belum gajian
Hubungi saya di {phone|0812-3456-7890} ya
hp {phone|081234567890}
wa {phone|+62 812 3456 7890} terima kasih
Telp ({phone|061) 4567890} tidak diangkat
telepon kantor {phone|061-4567890} sibuk terus
No WA saya {phone|0812.3456.7890} kalau perlu
bisa kontak ke {phone|62 812-3456-7890}
nomor hp saya nol delapan satu dua tolong balas ke {phone|0813 9988 7766}
hubungi {phone|nol delapan satu dua tiga empat lima enam tujuh delapan sembilan} segera
call {phone|0 8 1 2 3 4 5 6 7 8 9 0}
WA: {phone|O812 3456 7890}
sms ke {phone|0852/7766/5544}
Silakan telpon {phone|(0812) 3456-7890}, saya di rumah
saya bisa dihubungi pada {phone|+6281234567890} atau {phone|0821 6000 1234}
whatsapp nya {phone|0812_3456_7890}
telp rumah {phone|4567890}
nomor {phone|delapan satu dua tiga empat lima enam tujuh delapan sembilan} itu nomor petugas
hp ibu {phone|0812 34567 890}
kirim ke {mail|budi.santoso@contoh.invalid} saja
Email: {mail|rina_88@surat.contoh.id}
surel saya {mail|budi @ contoh . com}
email {mail|budi(at)contoh.com} belum dibalas
{mail|budi at contoh dot com} tolong kirim formulir
{mail|budi [at] contoh [dot] co [dot] id} alamat saya
balas ke {mail|budi et contoh titik com}
{mail|budi.s+lapor@contoh.go.id}, mohon tindak lanjut
Alamat surat elektronik {mail|RINA@CONTOH.CO.ID}
kirim di {mail|rina titik dewi at contoh titik id}
Mobil plat {plate|BK 1234 ABC} parkir sembarangan
nopol {plate|bk1234abc} ngebut di depan sekolah
angkot {plate|BK-7788-GH} ugal ugalan
truk sampah {plate|BK 8123 J} bocor
plat nomor {plate|B 1 A} milik pejabat
motor {plate|BK 2345 AHY} hilang di parkiran kantor
mobil dinas {plate|BK 1 A} dipakai belanja
Kendaraan {plate|BB.4321.LM} menutup jalan
bus {plate|b k 7 0 1 2 d n} tidak berhenti
plat {plate|D 4567 XY} dari Bandung
Avanza hitam {plate|BK 1455 VX} menabrak pagar
mobil {plate|bl 990 n} menunggak
pajak kendaraan {plate|BK 3344 RAA} sudah saya bayar
nomor polisi {plate|bk 6677 zz} atas kendaraan itu
transfer ke rekening {account|1234567890} untuk uang pelicin
no rek {account|106-00-0123456-7} bank sumut
rek. BRI {account|0053-01-012345-50-7} diminta petugas
rekening mandiri {account|106 00 1234567 8}
nomor rekening saya {account|12345678}
va {account|8808 0812 3456 7890} salah nominal
norek bca {account|8415.123.456}
Bank Sumut {account|10001040012345} atas bantuan itu
nomor rekening bank {account|34567}
kartu atm {card|4512 3456 7890 1234} tertelan di kantor kas
kartu kredit {card|4512-3456-7890-1234} ditolak mesin
nomor kartu {card|5264220112345678}
kartu debit {card|4512.3456.7890.1234}
no kartu bpjs {card|0001234567891}
lihat {url|https://contoh.invalid/foto?id=12} buktinya
bukti di {url|www.contoh.com/bukti}
foto ada di {url|bit.ly/3xYzAb}
video: {url|https : // contoh . com / v}
cek {url|drive.contoh.com/d/abc}
ada di situs {url|contoh titik go titik id}
buka {url|www . contoh . com}
{url|http://contoh.co.id} tidak bisa dibuka
tautan {url|contoh[dot]com/berkas} kosong
profilnya di {url|facebook.com/budi.santoso.medan}
Dilayani oleh Ibu {name|Ratna Sari Dewi} dengan ramah
pak {name|joko} minta uang rokok
Bapak {name|Sahat Maruli Simanjuntak} tidak di tempat
Terima kasih bu {name|Nurhayati}
Nama saya {name|Rudi Hartono}, warga Medan Area
petugas bernama {name|Togar} kasar sekali
bernama {name|bonar} di loket tiga
a.n. {name|Siti Aminah Lubis} belum terbit
atas nama {name|muhammad fauzan}
an {name|Rizky Ramadhan} sudah dua bulan
Sdr. {name|Hotma Sitompul} menghilangkan berkas
sdri {name|Yuni} galak
dr. {name|Bonifasius Purba} terlambat dua jam
Drs. {name|H. Syahril Nasution}, M.Si tidak mau tanda tangan
{name|Elisabeth Marpaung}, S.Pd tidak masuk mengajar
kepala seksi {name|Parulian Siregar}, S.H. selalu rapat
Perkenalkan saya {name|Dewi Anggraini} dari Tembung
saya {name|Andika}, sudah antri dari pagi
Hormat saya, {name|Lasma Br Ginting}
ttd {name|Sukardi}
pelapor: {name|Bambang Sutejo}
Kenapa {name|Fitriani} tidak dipindah dari loket
oknum {name|Zulkifli} memungut biaya
Pak {name|Darmawan} dan Bu {name|Melati} paling sabar
istri saya {name|Kartini} hamil tujuh bulan
anak saya {name|Alif} belum punya akta
PAK {name|SUTRISNO} TOLONG JANGAN PERSULIT WARGA
IBU {name|HALIMAH} DI LOKET 2 SANGAT BAIK
tanya sama bang {name|ucok} di parkiran
kak {name|dinda} cantik dan ramah
Suami saya {name|Parlindungan Sihombing} sakit
atasan saya {name|Hendra Gunawan} tidak memberi izin
Tidak diizinkan oleh {name|Erwin Lubis}
Salam, {name|Maria Tambunan}
menurut {name|Robert Sitanggang} berkas lengkap
Mohon {name|Desi Ratnasari} ditegur
Pak {name|Iskandar Muda Harahap} janji minggu depan
Mbak {name|Wulan} di loket B judes
ustadz {name|Fikri} mengeluhkan hal sama
{name|Tiurma Simbolon} sudah meninggal tapi masih terdata
nama: {name|Agus Salim Rangkuti}
Nama lengkap {name|Nanda Prayoga}
pendeta {name|Saut Hutapea} minta jalan diaspal
saudara {name|Imran Pohan} dan kawan kawan
tolong pak {name|Eka} dipindahkan
RT kami dipimpin {name|Jumadi}
Ibu {name|R. Siahaan} tidak ada di kantor
Pak {name|M. Yusuf} jarang masuk
Bu {name|Sri} sangat membantu
dengan {name|Lilis Suryani} kami diarahkan
{name|Ferry Irawan} mantap pelayanannya
{name|kurniawan} petugas parkir
dibantu mas {name|Bagas}
Inang {name|Rosmaida} berjualan di trotoar
Kabid {name|Muhammad Ridwan Batubara} tidak hadir
dipersulit {name|Suhendro Wicaksono} berkali kali
pegawai {name|Mangatas} sering keluar
{name|Yosafat} dan {name|Ruth Panggabean} tidak pernah di tempat
Jalan Ahmad Yani rusak parah sejak Januari
Jl. Sutomo banjir setiap hujan
lampu di Jalan Sisingamangaraja mati tiga hari
Gang Budi belum diaspal
kelurahan Sei Agul lambat
Puskesmas Helvetia ramai sekali
Rumah Sakit Dr. Pirngadi penuh
SMP Negeri 7 Medan kekurangan guru
Pak Lurah tidak pernah di kantor
bu camat tolong turun ke lapangan
Bapak Walikota mohon perhatikan kami
Bapak/Ibu yang terhormat
Biaya Rp 1.500.000 terlalu mahal
diminta Rp. 250.000,- tanpa kuitansi
bayar 12.500.000 rupiah
sejak 12-08-2025 belum selesai
tanggal 12/08/2025 pukul 08.30 saya datang
jam 08.00 - 16.30 tutup terus
tahun anggaran 2024/2025
sejak 2023, 2024 dan 2025 tidak ada perubahan
Perda 5 Tahun 2019 tidak dijalankan
sesuai PP 53 Tahun 2010
antrian nomor 125 lama sekali
RT 05 RW 03 gelap
KM 12 Jalan Medan Binjai longsor
loket 3 kosong jam 10
sudah 45 hari kerja
nilai u1 sampai u9 bagus
Pelayanan sangat baik dan cepat
Mohon ruang tunggu diperluas, AC mati
petugas ramah tetapi sistem lambat
Air PDAM keruh seminggu ini
Terima kasih atas bantuannya
parkir liar di depan Pasar Petisah
saya sudah menunggu tiga jam
dua atau tiga orang saja yang melayani
harga naik 10 sampai 20 persen
truk melintas 24 jam
dengan hormat kami sampaikan
Sampah di Jalan Setia Budi menumpuk
Bus Trans Metro Deli tidak lewat
Dinas Pendidikan tidak menjawab
akta kelahiran belum jadi sejak Februari 2025
Taman Ahmad Yani kotor
tolong adakan pelatihan bahasa Inggris
cuti tidak disetujui karena beban kerja
Jadwal diklat bertepatan dengan audit
Materi terlalu mudah, tidak perlu ikut lagi
Perlu pendampingan dalam pengambilan keputusan
Kembangkan kemampuan komunikasi lisan dan tulisan
suku bunga dan pajak naik
Gang Melati III sempit
drainase di simpang Pos tersumbat
nomor urut 7 dipanggil dua kali
tarif 5.000 menjadi 15.000
Lingkungan IV Kelurahan Tegal Sari
pukul 9 pagi belum buka
Sudah lapor 3 kali lewat aplikasi
perbaikan jalan lestari dan indah
kurang rapi dan kurang bersih
""".strip().splitlines()
"""The patterns were made with these in view."""

HELD_OUT = """
Mohon dihapus data KTP lama {nik|1207031508780002} atas perpindahan saya
sdh masukkan nomor induk {nik|12 71 03 15 08 78 00 02} berkali2
NIK suami: {nik|1271031508780002}; NIK saya: {nik|1271035508800003}
Tertera {nik|1271-0315-0878-0002} pada surat
nip lama {nip|131456789} dan nip baru {nip|197808152006041009}
Penata Tk. I / {nip|19780815 200604 1 009} selaku atasan
ini nmr aku {phone|0877 1122 3344} makasih
telpon aja {phone|085277665544}, saya standby
Hub. {phone|0813-6100-9900} ({name|Arman})
tel. {phone|061.7863421}
sms {phone|+62-852-7711-2233}
nomernya {phone|08 21 66 55 44 33}
imel saya {mail|dewi_lubis@suratku.contoh.com}
email: {mail|tono.h [at] contoh.go.id}
kirim ke {mail|admin@dinas.contoh.go.id} aja
angkot nomor polisi {plate|BK 1099 UB} menurunkan penumpang sembarangan
Pelat {plate|BK 5 EC} melawan arus
becak motor {plate|bk 4471 xz}
mobil putih {plate|BK1877QR} kabur
bayar lewat rekening {account|7123 4567 89} katanya resmi
rekening BRI atas itu {account|033701024567503}
norek {account|22-910-8877}
kartu {card|6013 0112 2334 4556} tidak terbaca
kartu {card|4111111111111111} hilang
ada videonya {url|youtu.contoh.id/abc123}
{url|https://www.contoh.go.id/berita/2025/01/banjir?x=1#top} beritanya
grup {url|t.me/lapormedan}
Bu {name|Ros} bagian arsip sering marah
Saya {name|Hotmaida Nainggolan} mau tanya bansos
Pak {name|Syawal} dan istrinya {name|Jumini} ditolak
kata {name|Ningsih} berkasnya hilang
{name|BASUKI RAHMAT} TIDAK PERNAH MASUK KANTOR
pengurusnya {name|Lamtiur} minta amplop
Bapak {name|Dr. Ir. Ramlan Harefa}, M.T. sebagai narasumber
dari {name|Wati} warga lingkungan 5
Kepala dinas {name|Gunarto} tidak menjawab surat
Antrian no 15 dan 16 dipanggil bersamaan
Surat nomor 800/1234/BKPSDM/2025 belum dibalas
Perwal No. 12 Tahun 2023 pasal 4
Pajak naik 300 persen dari 2.000.000 ke 8.000.000 rupiah
AC ruang 204 mati
Ukuran 3 x 4 meter
buka 08:00-15:00
Jalan Gatot Subroto macet
Jalan Jamin Ginting Km 10
Lapangan Merdeka kotor
Pasar Sambas becek
Toko Budi menutup trotoar
""".strip().splitlines()
"""Written when the patterns were done, which were not changed for them."""


def parsed(marked: str) -> tuple[str, list[Labelled]]:
    """A text without its marks, and where what was marked stands in it."""
    labels: list[Labelled] = []
    parts, at, length = [], 0, 0
    for match in _MARK.finditer(marked):
        before = marked[at : match.start()]
        start = length + len(before)
        labels.append(Labelled(match[1], start, start + len(match[2])))
        parts += [before, match[2]]
        length = start + len(match[2])
        at = match.end()
    return "".join([*parts, marked[at:]]), labels
