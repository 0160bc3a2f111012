"""Assessments, appraisals and training: what spoils the rows of each extract."""

from __future__ import annotations

from simulation.extracts import Extract
from simulation.faults import missing, nips, out_of_range, too_early, unknown, unreadable

EXTRACTS = (
    Extract(
        "evaluation/penilaian_kompetensi",
        "evaluation/assessments",
        key=("nip", "tanggal_penilaian", "tujuan"),
        conflict=("metode", "Wawancara", "Simulasi"),
        faults=(
            out_of_range("M.4", "level", "7"),
            unreadable("M.2", "level", "B"),
            *nips("nip"),
            unknown("tujuan", "purpose", "LAINNYA"),
            unreadable("tanggal_penilaian", "assessed_on"),
            missing("tanggal_penilaian", "assessed_on"),
        ),
    ),
    Extract(
        "evaluation/kinerja",
        "evaluation/appraisals",
        key=("nip", "tahun", "periode", "is_skp_plt_plh_pjb"),
        conflict=("hasil_akhir", "Belum Final", "Final"),
        faults=(
            *nips("nip"),
            out_of_range("tahun", "year", "1899"),
            unknown("periode", "period", "TW9"),
            unknown("hasil_kerja", "work_rating", "LUAR BIASA"),
            missing("perilaku_kerja", "behaviour_rating"),
            unreadable("waktu_dinilai", "rated_at", "kemarin sore"),
        ),
    ),
    Extract(
        "evaluation/pelatihan_katalog",
        "evaluation/training_programmes",
        key=("kode_program",),
        spoils_copies=True,
        faults=(
            out_of_range("jumlah_jp", "hours_jp", "5000"),
            unknown("jenis_diklat_id", "training_type_code", "88"),
            missing("kode_kompetensi", "competency_codes"),
            out_of_range("level_sasaran", "target_level", "6"),
        ),
    ),
    Extract(
        "evaluation/pelatihan_peserta",
        "evaluation/training_participants",
        later_row_wins=True,
        faults=(
            unknown("status", "status", "MUNGKIN"),
            too_early("tanggal_selesai", "tanggal_mulai", "end_after_start"),
            out_of_range("nilai_pre", "pre_score", "150"),
            unreadable("tanggal_undangan", "invited_on"),
            missing("kode_program", "programme_id"),
            unreadable("biaya", "cost_idr", "gratis"),
            out_of_range("kepuasan_peserta", "satisfaction", "9"),
            *nips("nip"),
        ),
    ),
    Extract(
        "evaluation/anggaran_pelatihan",
        "evaluation/training_budgets",
        key=("tahun", "unor_id", "komponen"),
        later_row_wins=True,
        faults=(
            out_of_range("pagu", "allocated_idr", "-5000000"),
            unknown("komponen", "component", "LAIN-LAIN"),
            unreadable("pagu", "allocated_idr", "dua juta"),
            missing("unor_id", "unit_id"),
        ),
    ),
)
