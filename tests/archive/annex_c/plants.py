"""The invariants of the archive (domain, Annex C 1–9 and 16–20): what holds each, and a violation planted for each.

A constraint or a trigger refuses its violation; a check of fsck finds it in a database that has been let break.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.archive.annex_c import rows, world

CONSTRAINT, TRIGGER, FSCK = "constraint", "trigger", "fsck"
Act = Callable[[Session], Any]


@dataclass(frozen=True)
class Plant:
    """A violation: of what, in which sound world, what is done, and for fsck what is put out of force before."""

    number: int
    kind: str
    name: str  # of the constraint, the trigger, or the check
    said: str  # what is planted
    world: Act
    act: Act | str
    unguarded: tuple[str, ...] = field(default=())  # indexes and triggers "trigger@table"

    def plant(self, session: Session) -> None:
        for guard in self.unguarded:
            session.execute(text(_dropped(session, guard)))
        if isinstance(self.act, str):
            session.execute(text(self.act))
        else:
            self.act(session)
        session.flush()


def _dropped(session: Session, guard: str) -> str:
    name, _, table = guard.partition("@")
    if not table:
        return f"DROP INDEX {name}"
    return f"DROP TRIGGER {name}" + ("" if session.get_bind().dialect.name == "sqlite" else f" ON {table}")


INVARIANTS = {
    1: "One active dossier for each keeper, ID number and version",
    2: "One active position for each dossier in store; no position holds two where it has room for one",
    3: "Σ delivered packs = registered + exceptions, each day",
    4: "images = pages for every accepted material",
    5: "The hash of a raw image never changes after acceptance",
    6: "No page is read without an open grant that covers the material and both readers",
    7: "No reader is the person or a declared relative",
    8: "Once-cadre or cadre: confidential post or two carriers only",
    9: "Every dossier transferred has a notice and a receipt, or is being chased",
    16: "No row of a material is ever deleted",
    17: "No service for mobile personnel has a field for an amount",
    18: "Deadlines use the holiday calendar; time stands still only with a recorded legal hold",
    19: "Imports: rows = accepted + rejected",
    20: "Catalogue order: by class, then without gaps",
}
GONE_OUT = "UPDATE transfers SET status = '{}'"
REWRITTEN = ("image_files_fixed@image_files", "image_files_accepted@image_files")

PLANTS = (
    Plant(1, CONSTRAINT, "uq_dossiers_active", "a second active dossier", world.shelved, rows.second_dossier),
    Plant(1, CONSTRAINT, "uq_persons_id_kind_id_fingerprint", "the same ID number again", world.shelved,
          rows.second_person),
    Plant(1, FSCK, "one_active_dossier", "a second active dossier", world.shelved, rows.second_dossier,
          ("uq_dossiers_active",)),
    Plant(2, CONSTRAINT, "uq_position_slots_dossier_id", "a second home", world.shelved,
          "UPDATE position_slots SET dossier_id = 1 WHERE position_id = 3"),
    Plant(2, CONSTRAINT, "pk_position_slots", "a second dossier in one slot", world.shelved,
          "INSERT INTO position_slots (position_id, slot) VALUES (1, 1)"),
    Plant(2, FSCK, "positions_within_capacity", "a slot too many", world.shelved,
          "INSERT INTO position_slots (position_id, slot) VALUES (1, 2)"),
    Plant(2, FSCK, "dossiers_in_one_place", "in store without a position", world.shelved,
          "UPDATE position_slots SET dossier_id = NULL WHERE dossier_id = 1"),
    Plant(3, FSCK, "days_balanced", "a pack more on a closed day", world.delivered, rows.later_pack),
    Plant(3, FSCK, "days_balanced", "a day closed with a difference", world.delivered, rows.difference),
    Plant(4, CONSTRAINT, "ix_image_files_current", "a second image of one page", world.imaged, rows.second_image),
    Plant(4, FSCK, "images_are_pages", "a page more than images", world.imaged,
          "UPDATE materials SET pages = pages + 1 WHERE id = 1"),
    Plant(5, TRIGGER, "image_files_fixed", "another hash", world.imaged, rows.another_hash, REWRITTEN[1:]),
    Plant(5, TRIGGER, "image_files_accepted", "an accepted raw image superseded", world.imaged,
          "UPDATE image_files SET superseded_at = accepted_at, superseded_by = 'eve' WHERE id = 1"),
    Plant(5, TRIGGER, "image_files_stay", "an image deleted", world.imaged, "DELETE FROM image_files WHERE id = 1"),
    Plant(5, FSCK, "images_as_read", "another hash", world.imaged, rows.another_hash, REWRITTEN),
    Plant(6, CONSTRAINT, "granted_material", "a page of a paper not granted", world.read, rows.not_granted),
    Plant(6, TRIGGER, "reading_views_fixed", "the log names another reader", world.read,
          "UPDATE reading_views SET second = 'carl'"),
    Plant(6, FSCK, "read_by_grant", "a page read after the grant", world.read, rows.read_late),
    Plant(6, FSCK, "read_by_grant", "a page read by another", world.read, rows.read_by_another),
    Plant(7, FSCK, "no_reader_of_the_family", "a reader of their own dossier", world.read, rows.own_reader),
    Plant(7, FSCK, "no_reader_of_the_family", "a noted relative", world.read, rows.noted_relative),
    Plant(7, FSCK, "no_reader_of_the_family", "a declared relative", world.read, rows.declared_relative),
    Plant(8, CONSTRAINT, "ck_dossiers_cadres_by_guarded_channel", "a cadre's came by EMS", world.shelved,
          "UPDATE dossiers SET ex_cadre = true, channel = 'ems' WHERE id = 1"),
    Plant(8, CONSTRAINT, "ck_transfers_by_an_allowed_channel", "a cadre's is packed for EMS", world.leaving,
          "UPDATE transfers SET guarded = true, channel = 'ems'"),
    Plant(8, CONSTRAINT, "ck_dispatches_by_an_allowed_channel", "a cadre's is sent by EMS", world.leaving,
          lambda session: rows.dispatch(session, guarded=True)),
    Plant(8, FSCK, "cadres_travel_guarded", "sent by EMS, found to be a cadre's", world.leaving, rows.sent_unguarded),
    Plant(9, CONSTRAINT, "ck_transfers_sent_with_approval_and_notice", "sent without a notice", world.leaving,
          "UPDATE transfers SET status = 'sent', notice_no = NULL"),
    Plant(9, CONSTRAINT, "ck_dispatches_confirmed_by_a_receipt", "confirmed without a receipt", world.leaving,
          lambda session: rows.dispatch(session, outcome="confirmed", ended_at=world.LATER)),
    Plant(9, FSCK, "transferred_with_receipt", "struck off without a receipt", world.leaving,
          GONE_OUT.format("confirmed")),
    Plant(9, FSCK, "transferred_with_receipt", "sent, and nothing on its way", world.leaving, GONE_OUT.format("sent")),
    Plant(9, FSCK, "transferred_with_receipt", "transferred without any transfer", world.shelved,
          "UPDATE dossiers SET status = 'transferred' WHERE id = 1"),
    Plant(16, TRIGGER, "materials_stay", "a material deleted", world.shelved, "DELETE FROM materials WHERE id = 3"),
    Plant(16, TRIGGER, "material_moves_stay", "a move deleted", world.shelved, "DELETE FROM material_moves"),
    Plant(16, FSCK, "materials_stay", "its way deleted", world.shelved,
          "DELETE FROM material_moves WHERE material_id = 3", ("material_moves_stay@material_moves",)),
    Plant(17, FSCK, "services_free_of_charge", "a column for a fee", world.shelved,
          "ALTER TABLE certificates ADD COLUMN fee INTEGER"),
    Plant(17, FSCK, "services_free_of_charge", "a form that asks for a fee", world.shelved, rows.form_with_a_fee),
    Plant(18, CONSTRAINT, "ck_transfer_pauses_for_a_reason", "a pause without a reason", world.leaving,
          lambda session: rows.pause(session, why="")),
    Plant(18, FSCK, "transfer_clocks_pause_for_legal_holds", "a day moved without a hold", world.leaving,
          "UPDATE transfers SET due_at = '2026-08-03 09:00:00'"),
    Plant(18, CONSTRAINT, "ck_legal_holds_by_a_document", "a hold without a document", world.leaving,
          lambda session: rows.legal_hold(session, number="")),
    Plant(18, CONSTRAINT, "ck_legal_holds_two_people", "a hold nobody else agreed to", world.leaving,
          lambda session: rows.legal_hold(session, agreed_by="anna")),
    Plant(18, FSCK, "transfers_due_on_working_days", "due on a holiday", world.leaving, rows.due_on_a_holiday),
    Plant(19, CONSTRAINT, "ck_courier_rows_accepted_as_a_pack", "accepted without a pack", world.delivered,
          "UPDATE courier_rows SET pack_id = NULL WHERE number = 1"),
    Plant(19, CONSTRAINT, "ck_courier_rows_rejected_for_a_reason", "rejected without a reason", world.delivered,
          "UPDATE courier_rows SET reason = NULL WHERE number = 2"),
    Plant(19, FSCK, "lists_add_up", "a row neither accepted nor rejected", world.delivered,
          "UPDATE courier_rows SET status = 'waiting', pack_id = NULL WHERE number = 1"),
    Plant(20, CONSTRAINT, "uq_materials_order", "two with one number", world.shelved, rows.same_number),
    Plant(20, CONSTRAINT, "ck_materials_kept_in_order", "in the catalogue without a number", world.shelved,
          "UPDATE materials SET seq = NULL WHERE id = 1"),
    Plant(20, FSCK, "catalogue_gapless", "a gap", world.shelved, "UPDATE materials SET seq = 3 WHERE id = 1"),
)  # fmt: skip
