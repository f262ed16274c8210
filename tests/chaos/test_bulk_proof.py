"""A share of `make bulk`: many completions, worker and web server killed meanwhile, a colleague at the same tasks."""

from tests.chaos.bulk_proof import prove
from tests.installation import Installation


def test_each_item_is_done_once_however_often_everything_is_killed(tmp_path):
    installation = Installation(tmp_path / "data", JUANLIU_DEMO="0").start()
    try:
        proof = prove(installation, items=45, kills=2)
    finally:
        installation.stop()
    assert proof.wrong == [] and sum(proof.counted.values()) == 45
    assert proof.counted["done"] >= 30 and proof.kills >= 1
