from collections import defaultdict

from odoo import api, models
from odoo.exceptions import ValidationError

# Named in a message about many records; the rest is counted.
NAMES = 10


class FieldServiceTransitionMixin(models.AbstractModel):
    """A ``state`` field that changes through one gate, whoever asks.

    Button, kanban drag, import, RPC and cron all write ``state``, and every write
    of ``state`` passes the transition table and ``_get_blocking_reasons``.
    """

    _name = "field.service.transition.mixin"
    _description = "State with One Gate"

    # state -> states that may follow; the first key is the state of a new record
    _transitions = {}

    @api.model_create_multi
    def create(self, vals_list):
        first = next(iter(self._transitions), None)
        wanted = [vals.get("state") or first for vals in vals_list]
        records = super().create([{**vals, "state": first} for vals in vals_list])
        states = dict(zip(records, wanted, strict=True))
        # An import may bring records in a later state: they take the same gate.
        for state, group in records.grouped(states.get).items():
            if state != first:
                group.write({"state": state})
        return records

    def write(self, vals):
        target = vals.get("state")
        moving = self.filtered(lambda record: target and record.state != target)
        if not moving:
            return super().write(vals)
        previous = {record: record.state for record in moving}
        moving._check_transition(target, vals)
        values = {**moving._prepare_transition_values(target), **vals}
        resting = self - moving
        if resting:
            super(FieldServiceTransitionMixin, resting).write(vals)
        super(FieldServiceTransitionMixin, moving).write(values)
        moving._after_transition(target, previous)
        return True

    def _check_transition(self, target, vals=None):
        """Refuse with one readable message what the table or the facts forbid.

        :param str target: the state that was asked for
        :param dict vals: what is written together with the state; a fact that
            arrives in the same write (a result, a reason) counts as given
        :raises ValidationError: naming the records, the reasons and what to do
        """
        problems = defaultdict(self.browse)
        for record in self:
            if target not in self._transitions.get(record.state, ()):
                reasons = [
                    self.env._(
                        "it cannot go from %(state)s to %(target)s.",
                        state=record._get_state_label(record.state),
                        target=record._get_state_label(target),
                    )
                ]
            else:
                reasons = record.with_context(
                    service_pending_values=vals or {}
                )._get_blocking_reasons(target)
            if reasons:
                problems[" ".join(reasons)] |= record
        if problems:
            raise ValidationError(
                "\n".join(
                    f"{records._get_short_names()}: {reasons}"
                    for reasons, records in problems.items()
                )
            )

    def _get_short_names(self):
        """Return the names of these records, the first ones when they are many."""
        names = ", ".join(record.display_name for record in self[:NAMES])
        if len(self) > NAMES:
            return self.env._(
                "%(names)s and %(count)s more", names=names, count=len(self) - NAMES
            )
        return names

    def _get_state_label(self, state):
        """Return the translated label of a technical state."""
        selection = self._fields["state"]._description_selection(self.env)
        return dict(selection).get(state, state)

    def _get_pending(self, field_name):
        """Return the value ``field_name`` will have after the write under check."""
        pending = self.env.context.get("service_pending_values") or {}
        return pending.get(field_name, self[field_name])

    def _get_pending_record(self, field_name):
        """Return the record ``field_name`` refers to after the write under check."""
        value = self._get_pending(field_name)
        return self[field_name].browse(value) if isinstance(value, int) else value

    def _get_blocking_reasons(self, target):
        """Say why this record may not reach ``target``.

        Extend with ``super() + [...]``.

        :param str target: technical state
        :return: sentences a person can act on; empty when nothing is in the way
        :rtype: list[str]
        """
        self.ensure_one()
        return []

    def _prepare_transition_values(self, target):
        """Return values written together with the new state."""
        return {}

    def _after_transition(self, target, previous):
        """React to a transition that has been written.

        :param str target: the state that was reached
        :param dict previous: record -> state it came from
        """
