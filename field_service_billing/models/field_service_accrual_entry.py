import json
from collections import defaultdict

from markupsafe import Markup

from odoo import Command, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date


class FieldServiceAccrualEntry(models.AbstractModel):
    """From the lines of an accrual to its journal entries, and back.

    *Target minus posted*: what earlier accruals of the same period have posted is read
    from the ledger and comes off, per order, account and distribution.
    """

    _name = "field.service.accrual.entry"
    _description = "Journal Entries of Accruals"

    # -------------------------------------------------------------------- groups
    def _get_groups(self):
        """Return {(order, agreement, kind, account, distribution, cost type): amount}.

        One journal item each; the amount is positive for more revenue or more cost.
        """
        groups = defaultdict(float)
        for line in self.line_ids:
            groups[line._get_group_key()] += line.amount
        currency = self.currency_id
        return {
            key: currency.round(amount)
            for key, amount in groups.items()
            if not currency.is_zero(amount)
        }

    def _is_same(self, before, after):
        """Tell whether two previews would post the same."""
        return before.keys() == after.keys() and all(
            self.currency_id.compare_amounts(before[key], after[key]) == 0
            for key in before
        )

    def _get_period_domain(self):
        """Domain of the posted accruals of the same period; extend for others."""
        return [
            ("company_id", "=", self.company_id.id),
            ("kind", "=", self.kind),
            ("date", "=", self.date),
            ("state", "=", "posted"),
            ("id", "!=", self.id),
        ]

    def _get_posted_lines(self):
        """Return lines that take off what is accrued for this period already."""
        values = []
        for earlier in self.search(self._get_period_domain(), order="id"):
            for line in earlier._get_own_entry().line_ids:
                if not line.service_accrual_line_id:
                    continue
                source = line.service_accrual_line_id
                sign = 1.0 if source.kind == "purchase" else -1.0
                values.append(
                    {
                        "kind": source.kind,
                        "order_id": source.order_id.id,
                        "agreement_id": source.agreement_id.id,
                        "name": self.env._(
                            "Accrued already by %(accrual)s", accrual=earlier.name
                        ),
                        "amount": -sign * line.balance,
                        "account_id": line.account_id.id,
                        "distribution": line.analytic_distribution,
                        "cost_type": source.cost_type,
                    }
                )
        return values

    def _get_own_entry(self):
        """Return the entry at the period's end, without what reverses it."""
        return self.move_ids.filtered(
            lambda move: not move.reversed_entry_id and move.state == "posted"
        )

    def _lock_period(self):
        """Serialise postings of one period.

        Writing the rows makes PostgreSQL refuse the later of two transactions, so that
        Odoo runs it again and it sees what the first has posted.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE field_service_accrual SET write_date = write_date
                    WHERE id IN (SELECT id FROM field_service_accrual
                                  WHERE company_id = %s AND kind = %s
                                    AND state <> 'cancelled'
                                  ORDER BY id FOR UPDATE)""",
                self.company_id.id,
                self.kind,
            )
        )

    # -------------------------------------------------------------------- checks
    def _check_postable(self, groups):
        """Refuse with all that is missing, before anything is posted."""
        issues = self._get_posting_issues(groups)
        if issues:
            raise UserError("\n".join([self.name, *issues]))

    def _get_posting_issues(self, groups):
        """Say why the accrual cannot be posted. Extend with ``super() + [...]``.

        :rtype: list[str]
        """
        self.ensure_one()
        issues = self._get_lock_issues()
        if not groups:
            issues.append(self.env._("There is nothing to accrue."))
        needed = {key[2] for key in groups}
        company = self.company_id
        if "work" in needed and not self.income_account_id:
            issues.append(
                company._get_missing_setting_message(
                    "service_accrued_income_account_id"
                )
            )
        if "purchase" in needed and not self.cost_account_id:
            issues.append(
                company._get_missing_setting_message("service_accrued_cost_account_id")
            )
        for line in self.line_ids.filtered(lambda line: not line.account_id):
            issues.append(
                self.env._(
                    "%(order)s: no income or expense account for “%(source)s”. Set one "
                    "on the product's category.",
                    order=line.order_id.name,
                    source=line.name,
                )
            )
        return issues

    def _get_lock_issues(self):
        """Say which of the dates is closed."""
        return [
            self.env._(
                "The books of %(company)s are closed on %(date)s: nothing can be "
                "posted on that day.",
                company=self.company_id.name,
                date=format_date(self.env, date),
            )
            for date in (self.date, self.date_reversal)
            if date and self.company_id._is_service_locked(date, self.journal_id)
        ]

    # ------------------------------------------------------------------- entries
    def _create_entries(self, groups):
        """Post the entry and, for what is only accrued, its reversal."""
        moves = self.env["account.move"].with_company(self.company_id)
        entry = moves.create(self._prepare_entry_values(groups))
        entry._post(soft=False)
        made = entry
        if self.date_reversal:
            made |= self._reverse(entry, self.date_reversal)
        self._post_links(self.env._("Posted:"), made)

    def _post_links(self, title, moves):
        """Say in the chatter which entries were made."""
        links = Markup(", ").join(move._get_html_link() for move in moves)
        self.message_post(body=Markup("%s %s") % (title, links))

    def _prepare_entry_values(self, groups):
        """Return the values of the entry at the end of the period."""
        items, contra = [], defaultdict(float)
        for key, amount in groups.items():
            sign = 1.0 if key[2] == "purchase" else -1.0
            balance = self.currency_id.round(sign * amount)
            items.append(self._prepare_item_values(key, balance))
            contra[self._get_contra_account(key[2])] -= balance
        items += [
            {
                "name": self._get_entry_name(),
                "account_id": account.id,
                "balance": self.currency_id.round(balance),
                # Forced empty: a distribution model may not give it an order.
                "analytic_distribution": False,
                "tax_ids": [Command.clear()],
            }
            for account, balance in contra.items()
            if account and not self.currency_id.is_zero(balance)
        ]
        return {
            "move_type": "entry",
            "journal_id": self.journal_id.id,
            "company_id": self.company_id.id,
            "date": self.date,
            "ref": self._get_entry_name(),
            "service_accrual_id": self.id,
            "line_ids": [Command.create(item) for item in items],
        }

    def _get_contra_account(self, kind):
        """Return the balance sheet account; shared revenue needs none."""
        accounts = {"work": self.income_account_id, "purchase": self.cost_account_id}
        return accounts.get(kind, self.env["account.account"])

    def _prepare_item_values(self, key, balance):
        """Return the journal item of one group."""
        order, _agreement, _kind, account, distribution, cost_type = key
        lines = self.line_ids.filtered(lambda line: line._get_group_key() == key)
        name = lines[0].name if len(lines) == 1 else self._get_entry_name()
        return {
            "name": ": ".join(part for part in (order.name, name) if part),
            "account_id": account.id,
            "balance": balance,
            "analytic_distribution": json.loads(distribution),
            "tax_ids": [Command.clear()],
            "service_order_id": order.id,
            "service_cost_type": cost_type,
            "service_accrual_line_id": lines[0].id,
        }

    def _get_entry_name(self):
        """Return what the journal entries are called."""
        kind = dict(self._fields["kind"]._description_selection(self.env))[self.kind]
        return f"{self.name} {kind}"

    def _reverse(self, moves, date=None):
        """Post the mirror of entries, on a date or on their own."""
        reverse = moves._reverse_moves(
            [
                {
                    "date": date or move.date,
                    "ref": self.env._("Reversal of: %(entry)s", entry=move.name),
                    "service_accrual_id": self.id,
                }
                for move in moves
            ]
        )
        reverse._post(soft=False)
        return reverse

    def _reverse_entries(self):
        """Take back all that was posted, each on its own day."""
        issues = self._get_lock_issues()
        if issues:
            raise UserError("\n".join([self.name, *issues]))
        moves = self.move_ids.filtered(lambda move: move.state == "posted")
        self._post_links(self.env._("Taken back by:"), self._reverse(moves))
