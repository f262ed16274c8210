"""The course of a scanning batch, from its plan to its acceptance, by the hands of people; what was planted on the way
must be found, and nothing else."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import select

from archive.acceptance import rounds
from archive.acceptance.models import AcceptanceRound
from archive.dossier_tables import Dossier
from archive.images import defects, pages
from archive.images.defect_tables import Defect
from archive.images.parcel_tables import PageStatus, Parcel, ParcelPage
from archive.materials.models import Material
from archive.scanning.models import BatchStatus, ScanBatch
from bench import firm
from bench.firm import RAW
from bench.gauges import Gauges
from bench.hands import Hands
from tests import people
from tests.installation import Installation
from tests.processes.accepting import FORMED, GROUP
from workflow.office import Office

OF_EACH = 20  # dossiers for one more defect of each kind
PORTION = 20  # dossiers in a package


class Course:
    """The batch on its way: who acts, what was planted, what was found."""

    def __init__(self, installation: Installation, office: Office, held: list[firm.Held], patience: float) -> None:
        self.installation, self.office, self.folder = installation, office, installation.data.parent
        self.gauges = Gauges(installation.parent.pid)
        self.held, self.patience = held, patience
        self.index = {each.id: number for number, each in enumerate(self.held)}
        self.planted = firm.plan(len(held), len(held[0].places), max(1, len(held) // OF_EACH))
        self.hands = Hands(installation, office, patience)
        self.found: Counter[Defect] = Counter()

    def go(self) -> None:
        with self.stage("planned, handed out"):
            self.begin()
        with self.stage("packed and uploaded"):
            self.bring_all()
        with self.stage("read page by page"):
            self.until_read()
        with self.stage("machine check"):
            self.scanned_once(firm.BY_MACHINE)
        with self.stage("scanned again"):
            self.bring_again(self.rescans())
        with self.stage("machine check again"):
            self.hands.do("vera", "scan_pages", self_checked="true")
            self.hands.wait_for("quality_control")
        with self.stage("quality control, every page"):
            self.look_through()
        with self.stage("purged, scanned and looked at again"):
            self.mend_what_eyes_found()
        with self.stage("taken back, handed in"):
            self.hand_in(range(len(self.held)))
        with self.stage("acceptance refused, reworked"):
            self.be_refused()
        with self.stage("acceptance, machine and sample"):
            self.be_sampled()
        with self.stage("signed and settled"):
            self.be_accepted()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        with self.gauges.stage(name):
            yield
        print(f"{name}: {self.gauges.stages[-1].wall:.0f} s", file=sys.stderr, flush=True)

    # scanning

    def begin(self) -> None:
        terms = {"firm": "云溪档案服务公司", "contract_no": "HT-2026-007", "unit": "page", "unit_price": "0.35"}
        self.hands.plan("dora", **terms, from_queue=str(len(self.held)), papers_valid="true")
        self.hand_out(range(len(self.held)))

    def hand_out(self, numbers: Sequence[int]) -> None:
        lines = "\n".join(f"{self.held[n].number} {len(self.held[n].places)} 1" for n in numbers)
        self.hands.claim("stan", "hand_out")
        self.hands.at_desk("stan", "departures", lines=lines, out_to="维拉")
        signed = {"receiver.by": "vera", "receiver.password": people.PASSWORD}
        self.hands.do("stan", "hand_out", handed="true", **signed)
        self.hands.do("vera", "prepare", prepared="true")
        self.hands.do("vera", "compare_catalogue", compared="true")

    def bring_all(self) -> None:
        """All packages, a few dossiers in each; those from which a page is missing come as parts."""
        self.hands.claim("vera", "scan_pages")
        missing = {each.dossier for each in self.planted if each.code is Defect.MISSING_PAGE}
        planted = [each for each in self.planted if each.code in firm.SPOILT]
        for part in (False, True):
            chosen = [number for number in range(len(self.held)) if (number in missing) is part]
            for first in range(0, len(chosen), PORTION):
                made = firm.pack(self.folder / "package.zip", self.held, chosen[first : first + PORTION], planted)
                self.hands.upload("vera", made, part)

    def bring_again(self, wanted: Sequence[tuple[int, int, object]]) -> None:
        self.hands.claim("vera", "scan_pages")
        self.hands.upload("vera", firm.pack_again(self.folder / "package.zip", self.held, wanted), part=True)
        self.until_read()

    def until_read(self) -> None:
        """Wait for the worker; every page was taken."""
        self.installation.wait(lambda: not self._under_way(), "all parcels read", self.patience)
        with self.office.database.reading() as session:
            wrong = session.scalars(select(ParcelPage).where(ParcelPage.status == PageStatus.REJECTED)).first()
            assert wrong is None, f"not taken: {wrong.name} {wrong.reason}"

    def _under_way(self) -> bool:
        with self.office.database.reading() as session:
            return session.scalars(select(Parcel.id).where(Parcel.done_at.is_(None)).limit(1)).first() is not None

    def scanned_once(self, kinds: Sequence[Defect]) -> None:
        """The firm says that it is done; the machine finds all it can."""
        self.hands.do("vera", "scan_pages", self_checked="true")
        self.hands.wait_for("scan_pages", "quality_control", "purge_strangers")
        self.compare(kinds)

    def compare(self, kinds: Sequence[Defect]) -> None:
        """What is open now is what was planted of these kinds, page by page, and nothing else."""
        open_now = {(self.index[dossier], at, code) for dossier, at, code in self._open()}
        wanted = {(each.dossier, each.at, each.code) for each in self.planted if each.code in kinds}
        assert open_now == wanted, f"found too much {open_now - wanted}, not found {wanted - open_now}"
        self.found.update(code for *_, code in open_now)

    def _open(self) -> Iterator[tuple[int, int, Defect]]:
        with self.office.database.reading() as session:
            for one in self.held:
                for each in defects.open_defects(session, session.get_one(Dossier, one.id)):
                    yield one.id, self._at(each.material, each.page), Defect(each.code)

    def _at(self, material: Material, page: int) -> int:
        return self.held[self.index[material.dossier_id]].places.index((material.code, material.seq, page))

    def rescans(self) -> list[tuple[int, int, object]]:
        """The pages to bring again, as the firm is told; a page of nothing or of another wants its raw image."""
        wanted = [(self.index[dossier], at, code) for dossier, at, code in self._open()]
        return [(number, at, firm.SPOILT[code][0]) for number, at, code in wanted]

    def look_through(self) -> None:
        for one in self.held:
            self.hands.look_at("valid", one.id, "firm")
        self.compare(firm.BY_EYE)

    def mend_what_eyes_found(self) -> None:
        wanted = self.rescans()
        self.hands.do("valid", "quality_control", looked="true")
        second = {"second.by": "dirk", "second.password": people.PASSWORD}
        self.hands.do("dora", "purge_strangers", purge_note="混入他人页", **second)
        self.bring_again(wanted)
        self.hands.do("vera", "scan_pages", self_checked="true")
        self.hands.wait_for("quality_control")
        for number in sorted({number for number, *_ in wanted}):
            self.hands.look_at("valid", self.held[number].id, "firm")
        self.compare(())
        self.hands.do("valid", "quality_control", looked="true")

    def hand_in(self, numbers: Sequence[int]) -> None:
        lines = "\n".join(f"{self.held[n].number} {self.held[n].home} {len(self.held[n].places)}" for n in numbers)
        self.hands.claim("stan", "take_back")
        self.hands.at_desk("stan", "returns", lines=lines)
        self.hands.do("stan", "take_back", counted="true")
        self.hands.do("vera", "deliver_batch", carriers_given="1", carriers_back="1", report_note="全部完成")

    # acceptance

    def be_refused(self) -> None:
        """A file is changed behind everybody's back; the machine finds it, the batch comes back mended."""
        spoilt = sorted({len(self.held) // 2, len(self.held) - 1})
        for number in spoilt:
            self._spoil(number, 4)
        self.apply()
        self.hands.wait_for("write_notice")
        self.planted += [firm.Planted(Defect.ALTERED, number, 4) for number in spoilt]
        self.compare((Defect.ALTERED,))
        self.hands.do("dirk", "write_notice", notice_note="整批复查")
        self.hands.do("vera", "plan_rework", whole_batch="true", rework_note="逐卷复查")
        self.hand_out(spoilt)
        self.bring_again([(number, 4, RAW) for number in spoilt])
        self.hands.do("vera", "scan_pages", self_checked="true")
        self.hands.do("valid", "quality_control", looked="true")
        self.compare(())
        self.hand_in(spoilt)

    def _spoil(self, number: int, at: int) -> None:
        with self.office.database.reading() as session:
            code, seq, page = self.held[number].places[at]
            of = (Material.dossier_id == self.held[number].id, Material.code == code, Material.seq == seq)
            material = session.scalars(select(Material).where(*of)).one()
            image = next(each for each in pages.of(session, material, RAW) if each.page == page)
        place = self.office.files.path(image.sha256)
        place.chmod(0o600)
        place.write_bytes(place.read_bytes()[:-1] + b"\0")

    def apply(self) -> None:
        self.hands.do("vera", "apply", application_note="全部完成")
        formed = {**FORMED, "meets_on": self.office.today().isoformat()}
        self.hands.do("dora", "form_group", group=GROUP, **formed)

    def be_sampled(self) -> None:
        """Two checkers look at the sample; a slip of the pen in each dossier is found, and mended."""
        self.apply()
        self.hands.wait_for("check_first")
        sample = self._sample()
        for who, step in (("remy", "check_first"), ("rita", "check_second")):
            for number in sample:
                self.hands.look_at(who, self.held[number].id, "owner")
            self.hands.do(who, step, checked="true")
        self.hands.wait_for("mend_sample")
        wanted = [(number, len(self.held[number].places) - 1, RAW) for number in sample]
        assert sorted((self.index[d], at) for d, at, _ in self._open()) == sorted((n, at) for n, at, _ in wanted)
        self.found[Defect.REMARK] = len(sample)
        self.hands.claim("vera", "mend_sample")
        again = firm.pack_again(self.folder / "package.zip", self.held, wanted, slips=False)
        self.hands.upload("vera", again, part=True)
        self.until_read()
        self.hands.do("vera", "mend_sample", mended="true", mend_note="已更正")
        for number in sample:
            self.hands.look_at("remy", self.held[number].id, "owner")
        self.hands.do("remy", "recheck_sample", checked="true")

    def _sample(self) -> list[int]:
        with self.office.database.reading() as session:
            last = session.scalars(select(AcceptanceRound).order_by(AcceptanceRound.id.desc())).first()
            return [self.index[each.dossier_id] for each in rounds.dossiers(session, last, sampled=True)]

    def be_accepted(self) -> None:
        for who in GROUP:
            self.hands.do(who, "sign_acceptance", **{"acceptance_signature.password": people.PASSWORD})
        self.installation.wait(lambda: self._status() is BatchStatus.ACCEPTED, "the batch accepted", self.patience)

    def _status(self) -> BatchStatus:
        with self.office.database.reading() as session:
            return session.scalars(select(ScanBatch.status)).one()
