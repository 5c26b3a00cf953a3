from collections import defaultdict
from typing import NamedTuple

from odoo import Command, fields, models
from odoo.tools import SQL


class PostingTarget(NamedTuple):
    """What one source should have cost one work order, in all.

    ``amount`` is in the company's currency, positive when it is a cost of the
    order; ``account`` takes it, ``contra_account`` gives it without any order.
    """

    source: models.BaseModel
    order: models.BaseModel
    kind: str
    amount: float
    date: object
    account: models.BaseModel
    contra_account: models.BaseModel
    name: str


class FieldServicePostingMixin(models.AbstractModel):
    """Cost that reaches the ledger as *target minus what is already posted*.

    Nothing is ever reset to draft: a correction, a return or a cancellation posts the
    exact difference, and a second call posts nothing.
    """

    _name = "field.service.posting.mixin"
    _description = "Source of Ledger Postings"

    def _get_posting_targets(self):
        """Return what these records should have posted by now.

        A record that should carry nothing may be left out: what it has posted
        is then taken back.

        :rtype: list[PostingTarget]
        """
        return []

    def _sync_posting(self):
        """Post what is missing, take back what is too much.

        :return: the journal entries made, one per company and date
        """
        # The right to do the work is the right to have it costed: technicians
        # and dispatchers have no accounting rights.
        sources = self.sudo()
        targets = sources._get_posting_targets()
        moves = self.env["account.move"].sudo().with_context(tracking_disable=True)
        if not sources._get_posting_deltas(targets):
            # The usual case. Nothing to post is no reason to make others wait.
            return moves
        sources._lock_orders_for_posting(targets)
        deltas = sources._get_posting_deltas(targets)
        orders = self.env["field.service.order"].union(*(one.order for one in deltas))
        orders._ensure_analytic_accounts()
        groups = defaultdict(list)
        for target in deltas:
            company = target.order.company_id
            groups[company, self._get_open_date(company, target.date)].append(target)
        values = [
            self._prepare_posting_values(company, date, lines)
            for (company, date), lines in groups.items()
        ]
        for company, company_values in self._group_by_company(values):
            moves |= moves.with_company(company).create(company_values)
        moves._post(soft=False)
        return moves

    @staticmethod
    def _group_by_company(values_list):
        """Split entry values so that each ``create`` serves one company."""
        groups = defaultdict(list)
        for values in values_list:
            groups[values["company_id"]].append(values)
        return groups.items()

    def _lock_orders_for_posting(self, targets):
        """Serialise postings of the same orders.

        The transaction's snapshot may predate another one's posting, so a mere lock
        is not enough: updating the row makes PostgreSQL refuse the later transaction,
        and Odoo runs it again with a fresh snapshot.
        """
        orders = self.env["field.service.order"].union(
            *(target.order for target in targets), self._get_posted_orders()
        )
        if not orders:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE field_service_order
                      SET posting_revision = COALESCE(posting_revision, 0) + 1
                    WHERE id IN (SELECT id FROM field_service_order
                                  WHERE id IN %s ORDER BY id FOR UPDATE)""",
                orders._ids,
            )
        )
        orders.invalidate_recordset(["posting_revision"])

    def _get_posted_domain(self):
        """Domain of the journal items these records have posted."""
        return [
            ("service_source_model", "=", self._name),
            ("service_source_id", "in", self.ids),
            ("parent_state", "=", "posted"),
        ]

    def _get_posted_orders(self):
        """Return the orders that carry cost of these records now."""
        groups = self.env["account.move.line"]._read_group(
            self._get_posted_domain(), ["service_order_id"]
        )
        return self.env["field.service.order"].union(*(order for (order,) in groups))

    def _get_posted_amounts(self):
        """Return {(source id, kind, order): amount in company currency}."""
        groups = self.env["account.move.line"]._read_group(
            self._get_posted_domain(),
            ["service_source_id", "service_cost_type", "service_order_id"],
            ["balance:sum"],
        )
        return {(source, kind, order): total for source, kind, order, total in groups}

    def _get_posting_deltas(self, targets):
        """Return targets whose amount is what remains to be posted."""
        posted = self._get_posted_amounts()
        wanted = {}
        for target in targets:
            key = (target.source.id, target.kind, target.order)
            amount = target.amount + (wanted[key].amount if key in wanted else 0.0)
            wanted[key] = target._replace(amount=amount)
        deltas = []
        for key, amount in posted.items():
            # Amounts are rounded first: a remainder below the cent is no difference.
            target = wanted.pop(key, None)
            delta = key[-1].currency_id.round(target.amount if target else 0.0) - amount
            if key[-1].currency_id.is_zero(delta):
                continue
            # Less is taken back where it was posted, more goes where it belongs now.
            more = target and delta * amount >= 0
            deltas.append(
                target._replace(amount=delta)
                if more
                else self._reverse_target(*key, -delta)
            )
        return deltas + [
            target
            for target in wanted.values()
            if not target.order.currency_id.is_zero(target.amount)
        ]

    def _reverse_target(self, source_id, kind, order, amount):
        """Return the target that takes back some of what a source has posted."""
        line = self.env["account.move.line"].search(
            [
                *self.browse(source_id)._get_posted_domain(),
                ("service_cost_type", "=", kind),
                ("service_order_id", "=", order.id),
            ],
            order="date desc, id desc",
            limit=1,
        )
        return PostingTarget(
            source=self.browse(source_id),
            order=order,
            kind=kind,
            amount=-amount,
            date=line.date,
            account=line.account_id,
            contra_account=line.service_contra_account_id,
            name=line.name,
        )

    def _get_open_date(self, company, date):
        """Return ``date``, or today when the books are locked on that date."""
        journal = company._get_service_journal()
        if company._is_service_locked(date, journal):
            return fields.Date.context_today(self)
        return date

    def _prepare_posting_values(self, company, date, targets):
        """Return the values of one entry: a line per target, contra lines summed."""
        lines = [self._prepare_posting_line_values(target) for target in targets]
        contra = defaultdict(float)
        for target in targets:
            contra[target.contra_account] -= target.order.currency_id.round(
                target.amount
            )
        lines += [
            {
                "name": self.env._("Charged to work orders"),
                "account_id": account.id,
                "balance": company.currency_id.round(balance),
                # Forced empty: a distribution model may not give the contra an order.
                "analytic_distribution": False,
                "tax_ids": [Command.clear()],
            }
            for account, balance in contra.items()
            if not company.currency_id.is_zero(balance)
        ]
        orders = {target.order.name for target in targets}
        return {
            "move_type": "entry",
            "journal_id": company._get_service_journal().id,
            "company_id": company.id,
            "date": date,
            "ref": ", ".join(sorted(orders)[:5]) + (", …" if len(orders) > 5 else ""),
            "line_ids": [Command.create(line) for line in lines],
        }

    def _prepare_posting_line_values(self, target):
        """Return the journal item that puts a target's amount on its order."""
        return {
            "name": target.name,
            "account_id": target.account.id,
            "balance": target.order.currency_id.round(target.amount),
            "analytic_distribution": target.order._get_analytic_distribution(),
            "tax_ids": [Command.clear()],
            "service_order_id": target.order.id,
            "service_cost_type": target.kind,
            "service_source_model": target.source._name,
            "service_source_id": target.source.id,
            "service_contra_account_id": target.contra_account.id,
        }
