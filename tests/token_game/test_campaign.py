"""The long run's own behaviour: its exit code, its report, and differences made small and kept."""

import json

from tests.token_game import mutants, save
from tests.token_game.__main__ import main
from tests.token_game.adapter import RealExecutor
from tests.token_game.campaign import Campaign
from tests.token_game.compare import replay
from tests.token_game.model import read

FEW = ["--minutes", "5", "--seed", "1", "--diagrams", "8"]


def lines(report) -> list[dict]:
    return [json.loads(line) for line in report.read_text().splitlines()]


def test_a_run_without_difference_exits_with_0_and_reports_its_figures(tmp_path, capsys):
    report = tmp_path / "report.jsonl"
    assert main([*FEW, "--report", str(report)]) == 0
    (figures,) = lines(report)
    assert figures["seed"] == 1
    assert figures["figures"]["diagrams"] == 8
    assert figures["figures"]["stimuli"] > 20
    assert "userTask" in capsys.readouterr().out


def test_a_difference_exits_with_1_and_says_seed_diagram_and_both_states(tmp_path, monkeypatch, capsys):
    mutants.parallel_join_does_not_wait(monkeypatch)
    report = tmp_path / "report.jsonl"
    assert main([*FEW[:-1], "4", "--report", str(report)]) == 1
    *differences, figures = lines(report)
    assert len(differences) == figures["figures"]["differences"] > 0
    first = differences[0]
    assert first["expected"]
    assert first["shown"] not in first["expected"]
    printed = capsys.readouterr().out
    assert f"DIFFERENCE seed {first['seed']}, {first['diagram']}" in printed


def test_a_difference_is_made_small_and_can_be_played_again(tmp_path, monkeypatch):
    mutants.non_interrupting_boundary_fires_once(monkeypatch)
    told = []
    campaign = Campaign(RealExecutor, first=1, say=told.append, folder=tmp_path)
    figures = campaign.run(seconds=600, most=8)
    assert figures.differences == len(told) > 0
    for record in told:
        xml, stimuli, _ = save.read(tmp_path / f"seed_{record['seed']}.bpmn")
        kinds = [e.kind for e in read(xml).elements.values()]
        assert len(kinds) <= 10, f"seed {record['seed']}: {kinds}"
        assert replay(xml, stimuli, RealExecutor).difference is not None
    monkeypatch.undo()
    assert all(
        replay(*save.read(tmp_path / f"seed_{record['seed']}.bpmn")[:2], RealExecutor).difference is None
        for record in told
    )
