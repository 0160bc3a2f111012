"""The offices (perangkat daerah) of the city as data: divisions, services, and the affair that each belongs to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Office:
    """A top-level unit. ``staff`` is its head-count without schools and health centres, in a city of 20,000."""

    code: str
    name: str
    kind: str
    staff: int
    divisions: tuple[str, ...]
    affair: str = "UMUM"
    services: tuple[str, ...] = ()
    technical_units: tuple[str, ...] = ()
    echelon: str = "22"


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|") if part.strip())


def _office(code: str, name: str, staff: int, divisions: str, affair: str = "UMUM", services: str = "", upt: str = "") -> Office:
    kind = "BADAN" if name.startswith("Badan") else "SKPD"
    return Office(code, name, kind, staff, _parts(divisions), affair, _parts(services), _parts(upt))


OFFICES: tuple[Office, ...] = (
    Office(
        "SETDA",
        "Sekretariat Daerah",
        "SETDA",
        320,
        (
            "Bagian Tata Pemerintahan",
            "Bagian Organisasi",
            "Bagian Hukum",
            "Bagian Kerja Sama",
            "Bagian Protokol dan Komunikasi Pimpinan",
            "Bagian Umum",
        ),
        echelon="21",
    ),
    _office("SETWAN", "Sekretariat DPRD", 130, "Bagian Persidangan|Bagian Keuangan|Bagian Fasilitasi Penganggaran"),
    _office(
        "INSP",
        "Inspektorat",
        120,
        "Inspektur Pembantu Wilayah I|Inspektur Pembantu Wilayah II|Inspektur Pembantu Wilayah III",
        "PENGAWASAN",
    ),
    _office(
        "DISDIK",
        "Dinas Pendidikan dan Kebudayaan",
        210,
        "Bidang Pembinaan SD|Bidang Pembinaan SMP|Bidang Pembinaan PAUD dan Nonformal|Bidang Kebudayaan",
        "PENDIDIKAN",
    ),
    _office(
        "DINKES",
        "Dinas Kesehatan",
        190,
        "Bidang Kesehatan Masyarakat|Bidang Pengendalian Penyakit|Bidang Pelayanan Kesehatan|Bidang SDM Kesehatan",
        "KESEHATAN",
    ),
    _office(
        "SDABMBK",
        "Dinas Sumber Daya Air, Bina Marga, dan Bina Konstruksi",
        360,
        "Bidang Drainase|Bidang Jalan dan Jembatan|Bidang Bina Konstruksi|Bidang Perencanaan Teknis",
        "PEKERJAAN UMUM",
        "Perbaikan Jalan|Normalisasi Drainase",
    ),
    _office(
        "PKPCKTR",
        "Dinas Perumahan, Kawasan Permukiman, Cipta Karya, dan Tata Ruang",
        220,
        "Bidang Tata Ruang|Bidang Cipta Karya|Bidang Perumahan",
        "PEKERJAAN UMUM",
        "Persetujuan Bangunan Gedung|Keterangan Rencana Kota",
        "UPT Pertamanan dan Ruang Terbuka Hijau",
    ),
    _office(
        "DAMKAR",
        "Dinas Pemadam Kebakaran dan Penyelamatan",
        320,
        "Bidang Pencegahan|Bidang Operasi dan Penyelamatan|Bidang Sarana",
        "KETENTERAMAN",
        "Rekomendasi Proteksi Kebakaran|Penyelamatan",
    ),
    _office(
        "SATPOLPP",
        "Satuan Polisi Pamong Praja",
        340,
        "Bidang Ketertiban Umum|Bidang Penegakan Peraturan Daerah|Bidang Perlindungan Masyarakat",
        "KETENTERAMAN",
        "Penertiban|Pengaduan Ketertiban",
    ),
    _office(
        "DINSOS",
        "Dinas Sosial",
        140,
        "Bidang Rehabilitasi Sosial|Bidang Perlindungan dan Jaminan Sosial|Bidang Pemberdayaan Sosial",
        "SOSIAL",
        "Rekomendasi Bantuan Sosial|Pendataan Terpadu|Rehabilitasi Sosial",
    ),
    _office(
        "DISNAKER",
        "Dinas Ketenagakerjaan",
        130,
        "Bidang Penempatan Tenaga Kerja|Bidang Hubungan Industrial|Bidang Pelatihan Kerja",
        "TENAGA KERJA",
        "Kartu AK-1|Pencatatan Perjanjian Kerja|Pelatihan Kerja",
    ),
    _office(
        "P3APMP2KB",
        "Dinas Pemberdayaan Perempuan, Perlindungan Anak, Pemberdayaan Masyarakat, Pengendalian Penduduk dan KB",
        170,
        "Bidang Perlindungan Perempuan dan Anak|Bidang Pemberdayaan Masyarakat|Bidang Keluarga Berencana",
        "SOSIAL",
    ),
    _office(
        "DKPP",
        "Dinas Ketahanan Pangan, Pertanian, dan Perikanan",
        190,
        "Bidang Ketahanan Pangan|Bidang Pertanian|Bidang Perikanan",
        "PANGAN",
        "Kesehatan Hewan|Surat Keterangan Asal Ikan",
        "UPT Rumah Potong Hewan",
    ),
    _office(
        "DLH",
        "Dinas Lingkungan Hidup",
        420,
        "Bidang Pengelolaan Sampah|Bidang Pengendalian Pencemaran|Bidang Tata Lingkungan",
        "LINGKUNGAN HIDUP",
        "Pengangkutan Sampah|Dokumen Lingkungan",
    ),
    _office(
        "DISDUKCAPIL",
        "Dinas Kependudukan dan Pencatatan Sipil",
        240,
        "Bidang Pelayanan Pendaftaran Penduduk|Bidang Pelayanan Pencatatan Sipil|Bidang Informasi Kependudukan",
        "KEPENDUDUKAN",
        "Akta Kelahiran|Akta Kematian|KTP-el|Kartu Keluarga|Kartu Identitas Anak|Pindah Datang",
    ),
    _office(
        "DISHUB",
        "Dinas Perhubungan",
        380,
        "Bidang Angkutan|Bidang Lalu Lintas|Bidang Pengembangan dan Keselamatan|Bidang Perparkiran",
        "PERHUBUNGAN",
        "Uji KIR|Izin Trayek|Informasi Angkutan Umum|Parkir Berlangganan",
        "UPT Pengujian Kendaraan Bermotor|UPT Terminal",
    ),
    _office(
        "DISKOMINFO",
        "Dinas Komunikasi dan Informatika",
        130,
        "Bidang Informasi dan Komunikasi Publik|Bidang Aplikasi dan Informatika|Bidang Statistik dan Persandian",
        "KOMUNIKASI",
    ),
    _office(
        "DISKOPUKM",
        "Dinas Koperasi, Usaha Kecil Menengah, Perindustrian, dan Perdagangan",
        200,
        "Bidang Koperasi|Bidang Perdagangan|Bidang Perindustrian",
        "PERDAGANGAN",
        "Tera Ulang|Pendampingan Usaha Mikro",
        "UPT Metrologi Legal",
    ),
    _office(
        "DPMPTSP",
        "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu",
        150,
        "Bidang Pelayanan Perizinan|Bidang Penanaman Modal|Bidang Pengaduan dan Pelaporan",
        "PENANAMAN MODAL",
        "Izin Usaha|Izin Reklame|Izin Praktik Tenaga Kesehatan|Konsultasi Perizinan",
    ),
    _office("DISPAR", "Dinas Pariwisata", 100, "Bidang Destinasi|Bidang Pemasaran|Bidang Ekonomi Kreatif", "PARIWISATA"),
    _office("DISPORA", "Dinas Pemuda dan Olahraga", 100, "Bidang Kepemudaan|Bidang Keolahragaan", "PEMUDA"),
    _office(
        "DISPUSIP",
        "Dinas Perpustakaan dan Kearsipan",
        110,
        "Bidang Layanan Perpustakaan|Bidang Kearsipan",
        "PERPUSTAKAAN",
        "Keanggotaan Perpustakaan|Layanan Arsip",
    ),
    _office(
        "BKPSDM",
        "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia",
        130,
        "Bidang Pengembangan Kompetensi|Bidang Mutasi dan Promosi|Bidang Penilaian Kinerja dan Penghargaan",
        "KEPEGAWAIAN",
        "",
        "UPT Penilaian Kompetensi",
    ),
    _office(
        "BAPPEDA",
        "Badan Perencanaan Pembangunan Daerah",
        110,
        "Bidang Perencanaan Ekonomi|Bidang Perencanaan Sosial Budaya|Bidang Prasarana Wilayah",
        "PERENCANAAN",
    ),
    _office(
        "BKAD",
        "Badan Keuangan dan Aset Daerah",
        150,
        "Bidang Anggaran|Bidang Perbendaharaan|Bidang Akuntansi|Bidang Aset",
        "KEUANGAN",
    ),
    _office(
        "BAPENDA",
        "Badan Pendapatan Daerah",
        260,
        "Bidang Pendaftaran dan Pendataan|Bidang Penetapan|Bidang Penagihan",
        "KEUANGAN",
        "Pajak Bumi dan Bangunan|Pajak Restoran dan Hotel|Keberatan Pajak",
        "UPT Pajak Wilayah I",
    ),
    _office("BRIDA", "Badan Riset dan Inovasi Daerah", 60, "Bidang Riset|Bidang Inovasi", "PERENCANAAN"),
    _office(
        "BPBD",
        "Badan Penanggulangan Bencana Daerah",
        90,
        "Bidang Kedaruratan dan Logistik|Bidang Pencegahan dan Kesiapsiagaan",
        "KETENTERAMAN",
    ),
    _office(
        "KESBANGPOL",
        "Badan Kesatuan Bangsa dan Politik",
        70,
        "Bidang Ideologi dan Wawasan Kebangsaan|Bidang Politik Dalam Negeri",
        "POLITIK",
    ),
)

SECTIONS = ("Perencanaan dan Program", "Pembinaan dan Pengendalian")
DISTRICT_SECTIONS = (
    "Seksi Pelayanan Umum",
    "Seksi Tata Pemerintahan",
    "Seksi Ketenteraman dan Ketertiban",
    "Seksi Kesejahteraan Sosial",
)
DISTRICT_SERVICES = ("Surat Keterangan Domisili", "Surat Pengantar", "Rekomendasi Usaha Mikro")
HEALTH_SERVICES = ("Poli Umum", "Imunisasi", "Kesehatan Ibu dan Anak")
HOSPITAL_SERVICES = ("Rawat Jalan", "Rawat Inap", "Instalasi Gawat Darurat", "Laboratorium")
HOSPITALS = (("RSUD Dr. Pirngadi", 900), ("RSUD H. Bachtiar Djafar", 320))
RESISTING = ("SATPOLPP", "SDABMBK", "SETWAN")
WEAK_OFFICE = "DISHUB"
RENAMED = ("DISKOMINFO", "Dinas Komunikasi, Informatika, dan Statistik")
MOVED_UNIT = ("UPT Pertamanan dan Ruang Terbuka Hijau", "DLH")
