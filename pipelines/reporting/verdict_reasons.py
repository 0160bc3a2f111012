"""Why a verdict was given, in Indonesian: the marts say it in English, in the words of ``pipelines.impact``."""

from __future__ import annotations

import re

_N = r"(-?(?:\d[\d.]*(?:e[-+]?\d+)?%?|nan|inf))"
_CREDIBLE = (
    rf"{_N} (people|units): {_N}, interval from {_N} to {_N}, q = {_N}( \(lower is better: a (?:harm|benefit)\))?; "
    rf"trends before training agree \(p = {_N}\), and it withstands "
)
_CREDIBLE_ID = "{0} {1}: {2}, selang {3} sampai {4}, q = {5}{6}; tren sebelum pelatihan sejalan (p = {7}), "
_WORDS: tuple[tuple[str, str], ...] = (
    (f"a comparison after training rests on {_N} controls; at least {_N} are needed",
     "satu perbandingan sesudah pelatihan hanya bertumpu pada {0} pembanding; paling sedikit {1}"),
    (rf"{_N} of the trained have no comparable control \(at most {_N} may\); a number would rest on extrapolation",
     "{0} peserta tidak mempunyai pembanding yang sebanding (paling banyak {1}); angkanya akan bertumpu pada ekstrapolasi"),
    (f"{_N} treated units can be used; at least {_N} are needed", "{0} unit peserta dapat dipakai; paling sedikit {1}"),
    (f"{_N} trained people can be used; at least {_N} are needed", "{0} peserta dapat dipakai; paling sedikit {1}"),
    (f"the trained come from {_N} service units; at least {_N} are needed", "peserta berasal dari {0} tempat kerja; paling sedikit {1}"),
    (f"the trained are so unevenly spread that their service units count as {_N} of one size; at least {_N} are needed",
     "peserta tersebar begitu tidak merata sehingga tempat kerjanya setara dengan {0} yang sama besar; paling sedikit {1}"),
    ("the controls of a comparison after training are so unevenly spread that their service units count as "
     f"{_N} of one size; at least {_N} are needed",
     "pembanding sesudah pelatihan tersebar begitu tidak merata sehingga tempat kerjanya setara dengan {0} yang sama besar; "
     "paling sedikit {1}"),
    ("no standard error can be had: too few clusters, or nothing varies",
     "galat baku tidak dapat dihitung: tempat kerja terlalu sedikit, atau tidak ada yang berbeda"),
    (rf"{_N} of the measurements of the trained are missing afterwards and {_N} of the controls' \(p = {_N}\): "
     "who is still measured is not who was trained",
     "sesudah pelatihan {0} pengukuran peserta dan {1} pengukuran pembanding tidak ada (p = {2}): "
     "yang masih terukur bukan lagi kelompok yang dilatih"),
    (f"{_N} periods before training can be compared; {_N} are needed to test the trend. Indicative only",
     "{0} periode sebelum pelatihan dapat dibandingkan; menguji tren memerlukan {1}. Hanya petunjuk"),
    ("the trends before training cannot be tested: they do not vary, or too few clusters were trained. Indicative only",
     "tren sebelum pelatihan tidak dapat diuji: tidak ada yang berbeda, atau terlalu sedikit tempat kerja peserta. Hanya petunjuk"),
    (rf"trained and controls moved apart before the training \(p = {_N}, {_N} degrees of freedom\)",
     "peserta dan pembanding sudah berbeda arah sebelum pelatihan (p = {0}, derajat bebas {1})"),
    (f"cannot tell: the interval from {_N} to {_N} contains 0; effects smaller than {_N} would most likely not have been found",
     "belum dapat disimpulkan: selang {0} sampai {1} memuat 0; dampak di bawah {2} kemungkinan besar tidak akan terlihat"),
    (f"cannot tell: the interval from {_N} to {_N} excludes 0, but among {_N} estimates of this outcome q = {_N} is not below {_N}",
     "belum dapat disimpulkan: selang {0} sampai {1} tidak memuat 0, tetapi di antara {2} estimasi hasil ini q = {3} tidak di bawah {4}"),
    (f"a drift of {_N} times the largest one before training would undo the estimate of {_N}; {_N} times must be withstood",
     "pergeseran {0} kali yang terbesar sebelum pelatihan sudah menghapus estimasi {1}; harus tahan terhadap {2} kali"),
    (f"compared with those trained later only, the estimate of {_N} has the other sign",
     "bila hanya dibandingkan dengan yang dilatih kemudian, estimasi {0} berbalik tanda"),
    (_CREDIBLE + f"the largest drift before training {_N} times",
     _CREDIBLE_ID + "dan tahan terhadap {8} kali pergeseran terbesar sebelum pelatihan"),
    (_CREDIBLE + "no drift", _CREDIBLE_ID + "tetapi tidak tahan terhadap pergeseran apa pun"),
    ("nobody is left who was trained within the window", "tidak ada lagi peserta yang dilatih dalam jangka waktu penelitian"),
    ("all were trained in the same period: nobody is trained later",
     "semua dilatih pada periode yang sama: tidak ada yang dilatih kemudian"),
    ("there are no controls: nobody is never trained, and nobody is trained later",
     "tidak ada pembanding: semua pernah dilatih, dan tidak ada yang dilatih kemudian"),
    ("no cohort has two periods before its training", "tidak ada kohor dengan dua periode sebelum pelatihannya"),
    ("no comparison has a trained person and a control who were both measured before and after",
     "tidak ada perbandingan antara peserta dan pembanding yang keduanya terukur sebelum dan sesudah pelatihan"),
    ("the outcome is the same for everybody in every period", "hasilnya sama bagi semua orang pada setiap periode"),
)  # fmt: skip
"""English, as a pattern -> Indonesian."""
_LOST: tuple[tuple[str, str], ...] = (
    (f"{_N} trained in the first period have no before", "{0} dilatih pada periode pertama sehingga tidak punya pengukuran sebelumnya"),
    (f"{_N} lack a covariate", "{0} tidak mempunyai kovariat"),
    (f"{_N} stand in {_N} cohorts of fewer than {_N}", "{0} berada di {1} kohor yang kurang dari {2} orang"),
)
"""What stands in brackets behind a sample that is too small."""
_CODES = {
    "people": "peserta", "units": "unit", " (lower is better: a harm)": " (makin rendah makin baik: merugikan)",
    " (lower is better: a benefit)": " (makin rendah makin baik: menguntungkan)",
}  # fmt: skip


def in_indonesian(reason: str) -> str:
    """The reason of a verdict; empty for one whose words are not known."""
    found = _found(reason, _WORDS)
    main, bracket, lost = reason.removesuffix(")").rpartition(" (")
    if found or not bracket:
        return found
    parts = [_found(part, _LOST) for part in lost.split("; ")]
    found = _found(main, _WORDS)
    return f"{found} ({'; '.join(parts)})" if found and all(parts) else ""


def _found(text: str, words: tuple[tuple[str, str], ...]) -> str:
    for pattern, said in words:
        match = re.fullmatch(pattern, text)
        if match:
            groups = [_CODES.get(group, group.replace(".", ",").replace("-", "−")) if group else "" for group in match.groups()]
            return said.format(*groups)
    return ""
