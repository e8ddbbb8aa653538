"""What verbs that ask nothing else look at: the files that commands of passed checks name."""

from gonogo.engine.session import Session


def read_scripts(session: Session) -> None:
    """Take in what those files are now; the journal must have been read."""
    plan, state = session.loaded.plan, session.inputs.state
    if not state.checks:
        return
    from gonogo.io.checks.command_files import read_anew
    from gonogo.rules import needs

    session.learn_check_files(read_anew(session.loaded, needs.check_files(plan, state)))
