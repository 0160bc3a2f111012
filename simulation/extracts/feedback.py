"""What citizens say: what spoils the rows of each extract."""

from __future__ import annotations

from simulation.extracts import Extract
from simulation.faults import missing, too_early, unknown, unreadable

EXTRACTS = (
    Extract(
        "feedback/skm",
        "feedback/survey_responses",
        key=("id_responden",),
        conflict=("loket", "Loket 9", "Loket 8"),
        faults=(
            unknown("u3", "u3", "5"),
            unreadable("tanggal", "responded_on"),
            missing("jenis_layanan", "service_name"),
            unreadable("umur", "age_band", "dewasa"),
            missing("tanggal", "responded_on"),
            unknown("u9", "u9", "puas"),
            unknown("jk", "sex", "X"),
            missing("id_responden", "response_id"),
        ),
    ),
    Extract(
        "feedback/lapor",
        "feedback/complaints",
        key=("tracking_id",),
        later_row_wins=True,
        faults=(
            too_early("tanggal_respon", "tanggal_masuk", "responded_after_received"),
            unknown("status", "status", "Hilang"),
            unknown("klasifikasi", "classification", "KELUHAN"),
            unreadable("tanggal_masuk", "received_at", "besok pagi"),
            too_early("tanggal_ditutup", "tanggal_masuk", "closed_after_received"),
            missing("tanggal_masuk", "received_at"),
        ),
    ),
)
