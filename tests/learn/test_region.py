"""Same seed, same bytes; files that the readers take whole; a truth that fits the files."""

from __future__ import annotations

import csv
import hashlib
import os
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
import yaml

from crosstie.errors import LensError, UsageError
from crosstie.ingest.load import load
from crosstie.ingest.mapping import mapping_reader, sidecar
from crosstie.ingest.readers import readers
from crosstie.learn.region import Region, RegionBuilder, Settings, generate
from crosstie.model.lexicon import Sphere
from crosstie.model.marking import Marking, check_grade

CRIME, TERROR = Sphere.CRIME, Sphere.TERROR


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def prints(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()
    }


class Part:
    """A part made of one function."""

    def __init__(self, plot: object, name: str = "extra") -> None:
        self.name = name
        self.plot = plot

    def plant(self, region: RegionBuilder) -> None:
        self.plot(region)  # type: ignore[operator]


def test_the_same_seed_gives_the_same_bytes_in_another_process(region: Region, tmp_path: Path) -> None:
    code = f"from pathlib import Path; from crosstie.learn.region import Settings, generate; generate(Settings(7), Path({str(tmp_path / 'again')!r}))"
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONHASHSEED": "4711"})
    assert prints(tmp_path / "again") == prints(region.folder)


def test_another_seed_gives_other_people(region: Region, tmp_path: Path) -> None:
    other = generate(Settings(8), tmp_path / "eight")
    ours, theirs = (
        {row["actor_id"]: row["name"] for row in rows(one.folder / "truth" / "actors.csv") if row["kind"] == "person"}
        for one in (region, other)
    )
    shared = [actor for actor in ours if actor in theirs]
    assert len(shared) > 1_000
    assert sum(ours[actor] == theirs[actor] for actor in shared) < 0.05 * len(shared)


def singular(builder: RegionBuilder) -> None:
    """One of everything that a part may ask for."""
    crime, terror = builder.person("qp", spheres=[CRIME]), builder.person("qm", "slavic", spheres=[TERROR])
    twin, kin = builder.namesake(crime), builder.person("qm", family=terror)
    firm = builder.company("qr", business="gold", name="Quite Singular Gold Ltd", phone=builder.phone("qr"))
    vessel = builder.vessel(firm, name="MV Singular")
    builder.relation("Ownership", crime, firm, date(2018, 1, 1), None, "register")
    builder.pay(builder.account(firm), builder.account(terror), date(2019, 5, 5), 4321.09, "USD", "a singular purpose")
    builder.ship(firm, terror, date(2019, 6, 6), hs="710812", goods="singular gold", weight_kg=12, value=600_000, vessel=vessel)
    report = builder.report("Only here: {0} knows {1}.", [crime, terror], kind="court", on=date(2020, 2, 2))
    builder.relation("Associate", crime, terror, date(2019, 1, 1), None, report, role="partner")
    builder.relation("Family", terror, kin)
    assert twin.name == crime.name
    assert kin.name.split()[-1][:4] == terror.name.split()[-1][:4]


@pytest.fixture(scope="session")
def more(tmp_path_factory: pytest.TempPathFactory) -> Region:
    return generate(Settings(7), tmp_path_factory.mktemp("more") / "seven", [Part(singular)])


def test_another_part_changes_nobody_elses_story(region: Region, more: Region) -> None:
    before, after = ({row["actor_id"]: row for row in rows(one.folder / "truth" / "actors.csv")} for one in (region, more))
    assert {actor.partition("-")[0] for actor in after if actor not in before} == {"extra"}
    assert all(after[actor] == row for actor, row in before.items())
    links = [rows(one.folder / "truth" / "links.csv") for one in (region, more)]
    assert links[0] == links[1]


def test_what_a_part_says_stands_in_the_files(more: Region) -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in more.files}

    def line(file: str, words: str) -> str:
        return next(one for one in texts[file].splitlines() if words in one)

    assert "Quite Singular Gold Ltd" in texts["register_qr.csv"]
    assert '"4321.09"' in line("payments_qr.csv", "a singular purpose")
    assert "2019-06-06" in line("shipments.csv", "singular gold")
    assert "Quite Singular Gold".casefold() in line("vessels.csv", "MV Singular").casefold()
    assert "2020-02-02" in line("reports_court.ftm.json", "Only here: ")
    firm = next(row["actor_id"] for row in rows(more.folder / "truth" / "actors.csv") if row["name"] == "Quite Singular Gold Ltd")
    where = {row["file"] for row in rows(more.folder / "truth" / "entities.csv") if row["actor_id"] == firm}
    assert where == {"register_qr.csv", "accounts_qr.csv", "shipments.csv", "vessels.csv"}


def test_every_class_is_planted_and_there_are_more_look_alikes_than_ties(region: Region, truth: Path) -> None:
    links, decoys = rows(truth / "links.csv"), rows(truth / "decoys.csv")
    assert len(links) == region.planted
    assert len(decoys) == region.decoys
    assert {row["class"] for row in links} == {"N1", "N2", "N3", "N4", "N5"}
    assert {row["evidence"] for row in links} == {"enough", "thin"}
    assert len(decoys) > len(links)
    assert len({row["kind"] for row in decoys}) >= 6
    assert all(int(row["hops"]) <= 4 and row["first"] <= row["last"] for row in links)


def test_truth_names_only_actors_that_are(truth: Path) -> None:
    actors = {row["actor_id"]: row for row in rows(truth / "actors.csv")}
    spheres = {actor: set(row["spheres"].split()) for actor, row in actors.items()}
    for row in rows(truth / "links.csv"):
        assert "crime" in spheres[row["crime_actor"]]
        assert "terror" in spheres[row["terror_actor"]]
        assert all("crime" in spheres[one] for one in row["crime_side"].split(";") if one)
        assert all("terror" in spheres[one] for one in row["terror_side"].split(";") if one)
    for row in rows(truth / "decoys.csv"):
        left, right = spheres[row["left_actor"]], spheres[row["right_actor"]]
        alone = row["left_actor"] == row["right_actor"]
        assert len(left) == 1 if alone else (left, right) == ({"crime"}, {"terror"})


def test_some_are_wrongly_said_to_be_of_both_worlds(truth: Path) -> None:
    accused = [row for row in rows(truth / "decoys.csv") if row["left_actor"] == row["right_actor"]]
    both = {row["crime_actor"] for row in rows(truth / "links.csv") if row["crime_actor"] == row["terror_actor"]}
    assert len(accused) >= len(both) > 0
    assert {row["kind"] for row in accused} == {"retracted allegation", "name collision"}
    assert not both & {row["left_actor"] for row in accused}


def test_no_entity_belongs_to_two_actors_and_ends_of_ties_stand_in_files(truth: Path) -> None:
    entities = rows(truth / "entities.csv")
    assert max(Counter(row["entity_id"] for row in entities if row["dataset"] not in ("bank",)).values()) == 1
    seen = {row["actor_id"] for row in entities}
    for row in rows(truth / "links.csv"):
        assert set(row["path"].split(";")) <= seen


class Kept:
    """A sink that keeps the ids and the rejects."""

    def __init__(self) -> None:
        self.ids: set[str] = set()
        self.parties: set[str] = set()
        self.rejected: list[dict[str, object]] = []

    def statements(self, batch: pa.RecordBatch) -> None:
        self.ids.update(str(one) for one in batch.column("entity_id").to_pylist())

    def rejects(self, batch: pa.RecordBatch) -> None:
        self.rejected += batch.to_pylist()

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        for side in ("a_id", "b_id"):
            self.parties.update(str(one) for one in batch.column(side).to_pylist())


def test_the_readers_take_every_file_whole_and_derive_the_ids_of_the_truth(region: Region, truth: Path) -> None:
    kept, expected = Kept(), {row["entity_id"] for row in rows(truth / "entities.csv")}
    for path in region.files:
        beside = sidecar(path)
        own = [mapping_reader(beside)] if beside else []
        found = load(path, path.name, kept, source_id="0" * 16, readers=[*own, *readers()])
        assert (found.rejects, kept.rejected) == (0, []), path.name
    assert expected <= kept.ids
    assert kept.parties <= expected


def test_account_numbers_and_ship_numbers_check(truth: Path) -> None:
    for row in rows(truth / "entities.csv"):
        if row["dataset"].startswith("accounts_") and "-" not in row["entity_id"]:
            turned = row["entity_id"][4:] + row["entity_id"][:4]
            assert int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1
        if row["dataset"] == "ships" and "IMO" in row["entity_id"]:
            digits = [int(digit) for digit in row["entity_id"][-7:]]
            assert sum(digit * weight for digit, weight in zip(digits, range(7, 1, -1), strict=False)) % 10 == digits[6]


def test_names_are_skewed_and_collide(truth: Path) -> None:
    names = Counter(row["name"] for row in rows(truth / "actors.csv") if row["kind"] == "person")
    assert names.most_common(1)[0][1] >= 4
    assert sum(times == 1 for times in names.values()) > 0.5 * len(names)


def test_names_stand_in_several_scripts(region: Region) -> None:
    texts = {
        name: (region.folder / "files" / name).read_text(encoding="utf-8")
        for name in ("register_qm.csv", "register_qn.csv", "consolidated.xml")
    }
    assert any("а" <= letter <= "я" for letter in texts["register_qm.csv"])
    assert any("ا" <= letter <= "ي" for letter in texts["register_qn.csv"].splitlines()[-1])
    assert "NAME_ORIGINAL_SCRIPT" in texts["consolidated.xml"]


def test_a_full_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        generate(Settings(7), tmp_path)


def test_an_unknown_size_is_refused_and_nothing_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="vast"):
        generate(Settings(7, "vast"), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def listed_pair(builder: RegionBuilder) -> tuple[object, object]:
    crime, terror = builder.person(spheres=[CRIME]), builder.person(spheres=[TERROR])
    builder.list_as(crime, "ofac-like", "SDNTK", "{0} traffics cocaine")
    builder.list_as(terror, "un-like", "Al-Qaida", "{0} planned terrorist attacks.")
    return crime, terror


def unplaced(builder: RegionBuilder) -> None:
    crime, terror = builder.person(spheres=[CRIME]), builder.person(spheres=[TERROR])
    builder.true_link(crime, terror, "N2", "test", date(2020, 1, 1), date(2020, 2, 1))


def wrong_world(builder: RegionBuilder) -> None:
    crime, terror = listed_pair(builder)
    builder.true_link(terror, crime, "N2", "test", date(2020, 1, 1), date(2020, 2, 1))  # type: ignore[arg-type]


def kin_in_register(builder: RegionBuilder) -> None:
    builder.relation("Family", builder.person(), builder.person(), source="register")


def notice_for_a_firm(builder: RegionBuilder) -> None:
    builder.list_as(builder.company(), "red-notice", "qm", "Fraud")


def linked_to_nobody(builder: RegionBuilder) -> None:
    builder.list_as(builder.person(), "ofac-like", "SDNTK", "", linked_to=[builder.person()])


def twice(builder: RegionBuilder) -> None:
    somebody = builder.person()
    builder.list_as(somebody, "un-like", "Al-Qaida", "")
    builder.list_as(somebody, "un-like", "Taliban", "")


def nowhere(builder: RegionBuilder) -> None:
    builder.person("xx")


def no_culture(builder: RegionBuilder) -> None:
    builder.person("qm", "martian")


def backwards(builder: RegionBuilder) -> None:
    builder.day(date(2020, 1, 2), date(2020, 1, 1))


@pytest.mark.parametrize(
    "plot, message",
    [
        (unplaced, "no list and no report"),
        (wrong_world, "not of the world"),
        (kin_in_register, "register holds"),
        (notice_for_a_firm, "red notice"),
        (linked_to_nobody, "not on that list"),
        (twice, "already"),
        (nowhere, "no State"),
        (no_culture, "no culture"),
        (backwards, "no day"),
    ],
)
def test_a_part_that_contradicts_itself_is_told_so(plot: object, message: str, tmp_path: Path) -> None:
    with pytest.raises(LensError, match=message):
        generate(Settings(7), tmp_path / "new", [Part(plot)])


def test_planted_accounts_pay_the_crowd_like_everybody(region: Region, truth: Path) -> None:
    holders = {row["entity_id"]: row["actor_id"] for row in rows(truth / "entities.csv") if "-account-" in row["actor_id"]}
    paid: Counter[str] = Counter()
    for path in sorted((region.folder / "files").glob("payments_*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            table = list(csv.reader(stream, delimiter=";" if ";" in stream.readline() else ","))
        for row in table:
            payer, payee = holders.get(row[2], ""), holders.get(row[3], "")
            if payer.startswith("core-"):
                paid["crowd" if payee.startswith("crowd-account") else "planted"] += 1
    assert paid["crowd"] > 200


def test_every_report_has_an_originator_and_a_grade(region: Region) -> None:
    handled = {
        path.name: yaml.safe_load(path.with_name(f"{path.name}.source.yaml").read_text("utf-8"))
        for path in region.files
        if "reports_" in path.name
    }
    assert len(handled) == 5
    assert {row["grade"] for row in handled.values()} == {"A2", "B2", "B3", "C3"}
    assert len({row["originator"] for row in handled.values()}) == len(handled)
    for row in handled.values():
        check_grade(row["grade"])
        Marking.parse(row["marking"])


def test_two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LensError, match="numbers would be those"):
        generate(Settings(7), tmp_path / "new", [Part(listed_pair, "twin"), Part(listed_pair, "twin")])


def test_no_two_actors_share_an_identity_number(more: Region) -> None:
    numbers: dict[str, set[str]] = {}
    holders = {row["entity_id"]: row["actor_id"] for row in rows(more.folder / "truth" / "entities.csv")}
    for code in ("qm", "qn", "qo", "qp", "qr", "qs"):
        with (more.folder / "files" / f"accounts_{code}.csv").open(encoding="utf-8", newline="") as stream:
            delimiter = ";" if ";" in stream.readline() else ","
            for row in csv.reader(stream, delimiter=delimiter):
                if row[6]:
                    numbers.setdefault(row[6], set()).add(holders[f"accounts_{code}-{row[2]}"])
    assert len(numbers) > 1_500
    assert all(len(actors) == 1 for actors in numbers.values())


def told(settings: Settings, folder: Path) -> Path:
    return generate(settings, folder / "made").folder / "truth"


def test_a_region_without_links_has_both_worlds_and_nothing_between_them(truth: Path, tmp_path: Path) -> None:
    without = told(Settings(7, links=False), tmp_path)
    assert rows(without / "links.csv") == []
    assert len(rows(without / "decoys.csv")) > 20
    for world in ("crime", "terror"):
        usual, bare = (sum(world in row["spheres"].split() for row in rows(one / "actors.csv")) for one in (truth, without))
        assert 0.7 * usual < bare < 1.4 * usual
    assert not any(len(row["spheres"].split()) > 1 for row in rows(without / "actors.csv"))


def test_only_the_storylines_that_are_named_are_told(tmp_path: Path) -> None:
    ties = rows(told(Settings(7, storylines=("arms", "core-kin")), tmp_path) / "links.csv")
    assert {row["typology"] for row in ties} == {"arms.supply", "kinship"}
    assert len(ties) >= 10
    with pytest.raises(UsageError, match="no such storyline: bread"):
        generate(Settings(7, storylines=("bread",)), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_noise_scales_holes_errors_and_copies(tmp_path: Path) -> None:
    def held(level: float) -> tuple[float, int]:
        folder = generate(Settings(7, noise=level), tmp_path / str(level)).folder / "files"
        accounts = rows(folder / "accounts_qr.csv")
        entries = (folder / "ConList.csv").read_text(encoding="utf-8").count("Prime Alias")
        return sum(not row["Telephone"] for row in accounts) / len(accounts), entries

    none, usual, much = (held(level) for level in (0.0, 1.0, 2.0))
    assert none[0] == 0
    assert 0.05 < usual[0] < 0.15 < much[0]
    assert none[1] < much[1]
    with pytest.raises(UsageError, match="not between"):
        Settings(noise=9)
