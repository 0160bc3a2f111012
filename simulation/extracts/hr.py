"""Personnel, units and positions: what spoils the rows of each extract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.extracts import Extract
from simulation.faults import CellFault, digits, missing, nips, out_of_range, put, set_to, too_early, unknown, unreadable

if TYPE_CHECKING:
    from simulation.dialects import Dialect


def _wrong_rank(row: dict[str, str], _dialect: Dialect) -> dict[str, str]:
    return {"gol_akhir_id": "31" if row["status_kepegawaian"] == "PPPK" else "IX"}


def _wrong_nip(row: dict[str, str], _dialect: Dialect) -> dict[str, str]:
    """Make a PNS with the number of a work agreement where the month of appointment belongs, or a PPPK with a month."""
    nip = digits(row["nip_baru"])
    return {"nip_baru": f"{nip[:12]}{'01' if row['status_kepegawaian'] == 'PPPK' else '21'}{nip[14:]}"}


def _both_or_none(row: dict[str, str], _dialect: Dialect) -> dict[str, str]:
    return {"kelas_posisi": "", "jabatan_id": ""}


EXTRACTS = (
    Extract(
        "hr/pegawai",
        "hr/employees",
        key=("nip_baru",),
        conflict=("tahun_lulus", "1999", "2000"),
        faults=(
            *nips("nip_baru"),
            missing("nama", "full_name"),
            missing("unor_id", "unit_id"),
            unreadable("tmt_jabatan", "position_since_on"),
            unreadable("tanggal_lahir", "birth_year", "32-13-1980"),
            unknown("gol_akhir_id", "rank_code", "99"),
            unknown("kedudukan_hukum_id", "legal_status_code", "ZZ"),
            unknown("tingkat_pendidikan_id", "education_level_code", "77"),
            unknown("jenis_kelamin", "sex", "X"),
            unknown("jenis_jabatan_id", "position_type_code", "8"),
            CellFault("rank of another kind of employment", "rank_fits_employment", _wrong_rank, ("gol_akhir_id",)),
            CellFault("NIP of another kind of employment", "nip_fits_employment", _wrong_nip, ("nip_baru",)),
        ),
    ),
    Extract(
        "hr/unor",
        "hr/units",
        spoils_copies=True,
        faults=(
            missing("nama_unor", "unit_name"),
            put("area code without dots", "kode_wilayah", "area_code", "pattern", "127101"),
            CellFault("eselon_id unknown code", "echelon_code.unknown_code", set_to("eselon_id", "77")),
        ),
    ),
    Extract(
        "hr/jabatan",
        "hr/positions",
        key=("jabatan_id",),
        spoils_copies=True,
        faults=(
            missing("nama_jabatan", "position_name"),
            unknown("kelas_posisi", "position_class", "STAF"),
            unknown("jenis_jabatan_id", "position_type_code", "8"),
        ),
    ),
    Extract(
        "hr/standar_kompetensi",
        "hr/competency_standards",
        key=("kelas_posisi", "jabatan_id", "kode_kompetensi", "berlaku_mulai"),
        spoils_copies=True,
        faults=(
            out_of_range("level_standar", "required_level", "7"),
            put("unknown competency", "kode_kompetensi", "competency_code", "pattern", "X.9"),
            CellFault("neither class nor position", "class_or_position", _both_or_none),
            CellFault("class and position", "class_and_position", set_to("jabatan_id", "0" * 32), ("kelas_posisi",)),
            unreadable("level_standar", "required_level", "tinggi"),
            unreadable("berlaku_mulai", "valid_from"),
        ),
    ),
    Extract(
        "hr/hukuman_disiplin",
        "hr/disciplinary_actions",
        conflict=("jenis_hukuman_id", "22", "1"),
        faults=(
            too_early("akhir_hukuman_tanggal", "hukuman_tanggal", "end_after_start"),
            unknown("jenis_hukuman_id", "penalty_code", "99"),
            *nips("nip_baru"),
        ),
    ),
)
