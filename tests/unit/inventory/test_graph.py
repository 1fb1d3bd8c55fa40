from __future__ import annotations

from gateway.inventory.graph import DependencyGraph


def test_everything_above_depends_on_what_is_below():
    graph = DependencyGraph()
    graph.state(("resource", "port"), [("port", "card")])
    graph.state(("resource", "card"), [("card", "router")])
    graph.state(("service", "svc"), [("svc", "port")])
    assert graph.dependents_of("router") == {"router", "card", "port", "svc"}
    assert graph.requirements_of("svc") == {"svc", "port", "card", "router"}
    assert graph.dependents_of("svc") == {"svc"}


def test_a_cycle_ends():
    graph = DependencyGraph()
    graph.state(("resource", "a"), [("a", "b")])
    graph.state(("resource", "b"), [("b", "a")])
    assert graph.dependents_of("a") == graph.requirements_of("a") == {"a", "b"}


def test_stating_again_replaces_the_former_edges_and_tells_whose_changed():
    graph = DependencyGraph()
    assert graph.state(("dependency", "d"), [("svc", "x"), ("svc", "y")]) == {"svc"}
    assert graph.state(("dependency", "d"), [("svc", "y"), ("svc", "x")]) == frozenset()
    assert graph.state(("dependency", "d"), [("other", "x")]) == {"svc", "other"}
    assert graph.dependents_of("x") == {"x", "other"}
    assert graph.dependents_of("y") == {"y"}


def test_an_edge_stated_twice_stays_until_nobody_states_it():
    graph = DependencyGraph()
    graph.state(("dependency", "one"), [("svc", "x")])
    graph.state(("dependency", "two"), [("svc", "x")])
    graph.state(("dependency", "one"), [])
    assert graph.dependents_of("x") == {"x", "svc"}
    graph.state(("dependency", "two"), [])
    assert graph.dependents_of("x") == {"x"}


def test_nothing_depends_on_itself_by_its_own_word():
    graph = DependencyGraph()
    assert graph.state(("resource", "a"), [("a", "a")]) == frozenset()
    assert list(graph.identifiers()) == []
