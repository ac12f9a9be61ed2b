import pytest

from corpuskit.budget.gates import gates


def test_the_floors_are_passed_by_exactly_as_many_tokens() -> None:
    assert [gate["passed"] for gate in gates(500_000, 1, None, None)] == [True, False, True]
    assert [gate["passed"] for gate in gates(499_999, 1, None, None)] == [False, False, True]
    assert [gate["passed"] for gate in gates(50_000_000, 1, None, None)] == [True, True, True]


def test_a_gate_says_what_is_wanted_and_held_and_what_it_rests_on() -> None:
    first, full, money = gates(0, 11.84, None, None)
    assert (first["name"], first["wanted"], first["held"], first["kind"]) == (
        "tokens to begin with",
        500_000,
        0,
        "brief",
    )
    assert "Gururangan et al. 2020, table 9" in first["basis"]
    assert full["wanted"] == 50_000_000
    assert "no published evidence" in full["basis"]
    assert (money["wanted"], money["held"]) == ("at most 10,000 (the range begins at 2,000)", 11.84)


def test_money_above_the_range_does_not_pass_and_no_price_is_no_verdict() -> None:
    assert gates(10**6, 10_000.01, None, None)[2]["passed"] is False
    assert gates(10**6, 10_000, None, None)[2]["passed"] is True
    assert gates(10**6, None, None, None)[2]["passed"] is None


@pytest.mark.parametrize(("budget", "passed"), [(100.0, True), (100.01, False), (5000.0, False)])
def test_a_budget_beyond_ten_runs_is_flagged(budget: float, passed: bool) -> None:
    gate = gates(10**8, 5, budget, 10.0)[3]
    assert (gate["held"], gate["passed"], gate["kind"]) == (budget / 10, passed, "convention")


@pytest.mark.parametrize("cost", [None, 0.0])
def test_a_budget_for_a_run_of_unknown_or_no_cost_is_not_judged(cost: float | None) -> None:
    gate = gates(10**8, None, 100.0, cost)[3]
    assert (gate["held"], gate["passed"]) == (None, None)
