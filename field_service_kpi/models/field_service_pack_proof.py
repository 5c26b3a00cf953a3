from odoo import fields, models
from odoo.tools.date_utils import add, end_of, start_of

FIGURES = ("profit_and_loss", "sum_of_margins", "off_orders", "split_rest")


class FieldServicePackProof(models.AbstractModel):
    """What makes the figures of a pack credible: ledger, signatures, findings."""

    _name = "field.service.pack.proof"
    _description = "Proof of a Performance Pack"

    def _collect_reconciliation(self, question, _content):
        """Each company in its own currency: what was converted ties to no books."""
        return [
            self._get_reconciliation(company, question)
            for company in question.companies
        ]

    def _get_reconciliation(self, company, question):
        dates = question.date_from, question.date_to
        totals = self.env["field.service.reconciliation"]._get_totals(company, *dates)
        unassigned = self.env["field.service.unassigned"]._read_group(
            [
                *self._get_company_domain(company, question),
                ("state", "=", "open"),
                ("in_scope", "=", True),
            ],
            [],
            ["__count", "amount:sum"],
        )
        [(count, amount)] = unassigned
        return {
            "company": company.name,
            "currency": company.currency_id.name,
            "decimals": company.currency_id.decimal_places,
            **{name: totals[name] for name in FIGURES},
            "difference": totals["unexplained"],
            "rows_with_difference": totals["rows_with_difference"],
            "open_count": count,
            "open_amount": company.currency_id.round(amount or 0.0) + 0.0,
        }

    @staticmethod
    def _get_company_domain(company, question):
        return [
            ("company_id", "=", company.id),
            ("date", ">=", question.date_from),
            ("date", "<=", question.date_to),
        ]

    def _collect_signoffs(self, question, _content):
        """Signatures under months of the period, and the months that have none."""
        signoffs = self.env["field.service.signoff"].search(
            [
                ("company_id", "in", question.companies.ids),
                ("state", "=", "signed"),
                ("date_from", "<=", question.date_to),
                ("date_to", ">=", question.date_from),
            ],
            order="company_id, date_from",
        )
        has_names = question.variant in ("owner", "auditor")
        return {
            "signed": [self._get_signoff(one, has_names) for one in signoffs],
            "unsigned": self._get_unsigned(signoffs, question),
        }

    def _get_signoff(self, signoff, has_names):
        return {
            "company": signoff.company_id.name,
            "name": signoff.name,
            "revision": signoff.revision,
            "signed_on": fields.Datetime.to_string(signoff.signed_on),
            "signed_by": signoff.signed_by_id.name if has_names else "",
            "exception": signoff.exception_reason or "",
            "on_orders": signoff.on_orders,
            "difference": signoff.difference,
            "currency": signoff.currency_id.name,
            "decimals": signoff.currency_id.decimal_places,
            "late_count": signoff.late_count,
            "late_cost": signoff.late_cost,
            "hash": signoff.content_hash,
            "intact": signoff._is_intact(),
        }

    @staticmethod
    def _get_unsigned(signoffs, question):
        """Months of the period that nobody has signed, by company."""
        result = []
        for company in question.companies:
            signed = signoffs.filtered(lambda one, c=company: one.company_id == c)
            month = start_of(question.date_from, "month")
            while month <= question.date_to:
                last = end_of(month, "month")
                if not any(
                    one.date_from <= month and one.date_to >= last for one in signed
                ):
                    result.append({"company": company.name, "month": str(month)[:7]})
                month = add(month, months=1)
        return result

    def _collect_integrity(self, question, _content):
        """Findings of the period by kind."""
        groups = self.env["field.service.integrity"]._read_group(
            [
                ("company_id", "in", question.companies.ids),
                ("date", ">=", question.date_from),
                ("date", "<=", question.date_to),
            ],
            ["company_id", "severity", "kind"],
            ["__count", "amount:sum"],
        )
        rows = [
            {
                "company": company.name,
                "currency": company.currency_id.name,
                "decimals": company.currency_id.decimal_places,
                "severity": severity,
                "kind": kind,
                "count": count,
                "amount": company.currency_id.round(amount or 0.0) + 0.0,
            }
            for company, severity, kind, count, amount in groups
        ]
        return sorted(rows, key=lambda row: (row["company"], row["kind"]))

    def _collect_attribution(self, question, _content):
        """How many posted items of the period were given to orders by hand or rule."""
        groups = self.env["field.service.assignment.log"]._read_group(
            [
                ("company_id", "in", question.companies.ids),
                ("date", ">=", question.date_from),
                ("date", "<=", question.date_to),
            ],
            ["company_id", "action", "state"],
            ["__count"],
        )
        rows = [
            {"company": company.name, "action": action, "state": state, "count": count}
            for company, action, state, count in groups
        ]
        return sorted(
            rows, key=lambda row: (row["company"], row["action"], row["state"])
        )
