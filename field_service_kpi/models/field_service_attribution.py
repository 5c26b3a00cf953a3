from collections import defaultdict

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.float_utils import float_round

ACCOUNTANTS = ("account.group_account_user", "account.group_account_manager")


class FieldServiceAttribution(models.AbstractModel):
    """Puts posted items on work orders, and takes them off: the only writer.

    Attribution is the analytic distribution of the item. It is no part of what a
    journal's hash covers and changes no amount of the ledger. A locked or signed
    period is never touched. Each change is in the log and in the chatter.
    """

    _name = "field.service.attribution"
    _description = "Attribution of Posted Items"

    def _check_accountant(self):
        """Refuse everybody but accountants; jobs of the suite may."""
        if not self.env.su and not any(map(self.env.user.has_group, ACCOUNTANTS)):
            raise AccessError(
                self.env._("Only accountants decide what is on which work order.")
            )

    # ------------------------------------------------------------------- deciding
    def _assign(self, orders, reason=False, rule=None, strict=True):
        """Put the rest of each item on an order.

        :param orders: ``{journal item: work order}``
        :param reason: why, for the log; one for all or ``{item: reason}``
        :param strict: raise what is in the way; otherwise such items are left out
        :return: the log, a record for each item that was assigned
        """
        self._check_accountant()
        items = self._filter_changeable(orders, strict)
        groups = defaultdict(lambda: items.browse())
        problems = {}
        for item in items:
            problem = self._get_problem(item, orders[item])
            if problem:
                problems[item] = problem
                continue
            after = self._prepare_distribution(item, orders[item])
            groups[tuple(sorted(after.items()))] |= item
        if problems and strict:
            raise UserError("\n".join(problems.values()))
        values = []
        for after, group in groups.items():
            values += [
                {**vals, "order_id": orders[item].id, "after": dict(after)}
                for item, vals in zip(
                    group,
                    self._prepare_logs("assign", group, reason, rule),
                    strict=True,
                )
            ]
            group.write({"analytic_distribution": dict(after)})
        return self._log(values)

    def _exclude(self, items, reason, rule=None, strict=True):
        """Record that these items belong to no order on purpose."""
        self._check_accountant()
        if not (reason or "").strip():
            raise UserError(self.env._("Say why these items belong to no work order."))
        items = self._filter_changeable(items, strict)
        # Who decides again replaces what was decided about another amount.
        self._get_decisions(items).write(self._prepare_undone())
        return self._log(self._prepare_logs("exclude", items, reason, rule))

    def _undo(self, logs):
        """Take assignments back; refuse where something has changed since."""
        self._check_accountant()
        for log in logs:
            if log.state != "done" or log.action not in ("assign", "exclude"):
                raise UserError(
                    self.env._(
                        "%(entry)s: only assignments that are in force can be undone.",
                        entry=log.entry,
                    )
                )
            if log.action == "assign":
                self._restore(log)
        # The log is read by accountants and written by the suite alone.
        logs.sudo().write(self._prepare_undone())
        self._tell(logs, undone=True)

    def _restore(self, log):
        item = log.move_line_id
        if not item or item.parent_state != "posted":
            raise UserError(
                self.env._("%(entry)s is not posted any more.", entry=log.entry)
            )
        if (item.analytic_distribution or {}) != (log.after or {}):
            raise UserError(
                self.env._(
                    "%(entry)s: the distribution was changed after this assignment. "
                    "Correct it on the journal item itself.",
                    entry=log.entry,
                )
            )
        self._filter_changeable(item, strict=True)
        item.write({"analytic_distribution": log.before or False})

    # -------------------------------------------------------------------- looking
    def _filter_changeable(self, items, strict):
        """Return the posted items in open periods; or refuse all others by name."""
        items = self.env["account.move.line"].union(*items)
        # The company rule and the rights to journal items are those of the user.
        items.check_access("write")
        posted = items.filtered(lambda item: item.parent_state == "posted")
        locked = posted._filter_attribution_locked()
        if strict and (items - posted):
            raise UserError(
                self.env._(
                    "Not posted: %(items)s. Set the work order on the entry itself.",
                    items=", ".join((items - posted).mapped("display_name")),
                )
            )
        if strict and locked:
            raise UserError(
                self.env._(
                    "In a locked or signed period: %(items)s. What it says about work "
                    "orders stays; post a correcting entry on an open date instead.",
                    items=", ".join(locked.mapped("display_name")),
                )
            )
        return posted - locked

    def _get_problem(self, item, order):
        """Return why an item cannot go on an order, as a sentence."""
        if not order:
            return self.env._("%(item)s: choose a work order.", item=item.display_name)
        if order.company_id != item.company_id:
            return self.env._(
                "%(item)s is of %(company)s, %(order)s is of %(other)s.",
                item=item.display_name,
                company=item.company_id.name,
                order=order.name,
                other=order.company_id.name,
            )
        if self._get_rest(item) <= 0:
            return self.env._(
                "%(item)s has nothing left: its shares are 100 %% already.",
                item=item.display_name,
            )
        return False

    def _get_owned(self, item):
        """Return ``{account id: percentage}`` of the orders and agreements it is on."""
        distribution = item._get_service_distribution(item.analytic_distribution or {})
        ids = [int(key) for key in distribution]
        if not ids:
            return {}
        domain = [("analytic_account_id", "in", ids)]
        # Whose account it is does not depend on who looks.
        owners = [
            self.env[name].sudo().with_context(active_test=False).search(domain)
            for name in ("field.service.order", "field.service.agreement")
        ]
        owned = {str(one.analytic_account_id.id) for group in owners for one in group}
        return {key: share for key, share in distribution.items() if key in owned}

    def _get_rest(self, item):
        """Return the percentage of an item that no order and no agreement has."""
        return float_round(100.0 - sum(self._get_owned(item).values()), 2)

    def _prepare_distribution(self, item, order):
        """Return the distribution with the rest on an order.

        Accounts of the work order plan that nobody has give way; other plans stay.
        """
        before = item.analytic_distribution or {}
        owned = self._get_owned(item)
        lost = item._get_service_distribution(before).keys() - owned.keys()
        after = item._get_distribution_without(before, lost)
        key = str(order._get_analytic_account().id)
        rest = self._get_rest(item)
        after[key] = float_round(after.get(key, 0.0) + rest, 2)
        return after

    def _get_open_amounts(self, items):
        """Return ``{item id: amount that is on no order}``."""
        rows = self.env["field.service.unassigned"].sudo()  # the items are the user's
        # What the report said before is no answer about now.
        rows.invalidate_model(["amount"])
        found = rows.search_fetch([("id", "in", items.ids)], ["amount"])
        return {row.id: row.amount for row in found}

    # -------------------------------------------------------------------- logging
    def _prepare_logs(self, action, items, reason=False, rule=None):
        """Return the values of the log, as the items are now."""
        amounts = self._get_open_amounts(items) if items else {}
        return [
            {
                "action": action,
                "company_id": item.company_id.id,
                "move_line_id": item.id,
                "entry": item.move_id.name,
                "date": item.date,
                "rule_id": rule.id if rule else False,
                "reason": reason.get(item) if isinstance(reason, dict) else reason,
                "amount": amounts.get(item.id, 0.0),
                "before": item.analytic_distribution or {},
                "after": item.analytic_distribution or {},
            }
            for item in items
        ]

    def _log(self, values):
        # Written by the suite alone, so that nobody can write what was not done.
        logs = self.env["field.service.assignment.log"].sudo().create(values)
        self._tell(logs)
        return logs.sudo(False)

    def _get_decisions(self, items):
        """Return the decisions in force that items are on no order on purpose."""
        # As above.
        return (
            self.env["field.service.assignment.log"]
            .sudo()
            .search(
                [
                    ("move_line_id", "in", items.ids),
                    ("action", "=", "exclude"),
                    ("state", "=", "done"),
                ]
            )
        )

    def _prepare_undone(self):
        return {
            "state": "undone",
            "undone_by_id": self.env.uid,
            "undone_on": fields.Datetime.now(),
        }

    def _tell(self, logs, undone=False):
        """Write what was done into the chatter of entries and orders."""
        # The chatter of an order is not written by accountants otherwise.
        for field_name in ("move_id", "order_id"):
            groups = defaultdict(logs.browse)
            for log in logs.sudo():
                record = (
                    log.move_line_id.move_id
                    if field_name == "move_id"
                    else log.order_id
                )
                if record:
                    groups[record] |= log
            bodies = {
                record.id: self._get_message(group, field_name, undone)
                for record, group in groups.items()
            }
            if bodies:
                # The records of the groups, with the rights named above.
                next(iter(groups)).browse(bodies)._message_log_batch(bodies=bodies)

    def _get_message(self, logs, field_name, undone):
        labels = dict(logs._fields["action"]._description_selection(self.env))
        lines = []
        for log in logs:
            parts = [log.entry, log.currency_id.format(log.amount), labels[log.action]]
            if log.order_id and field_name == "move_id":
                parts.append(log.order_id.name)
            if undone:
                parts.append(self.env._("Undone"))
            if log.rule_id:
                parts.append(self.env._("Rule: %(name)s", name=log.rule_id.name))
            if log.reason:
                parts.append(log.reason)
            lines.append(Markup("<li>%s</li>") % " · ".join(map(str, parts)))
        return Markup("<ul>%s</ul>") % Markup().join(lines)
