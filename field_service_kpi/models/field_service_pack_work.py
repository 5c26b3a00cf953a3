from odoo import models

# A pack is read, not searched: more than this is a matter for the work orders' list.
ORDERS_LISTED = 500


class FieldServicePackWork(models.AbstractModel):
    """What was done, without any money: for customers and teams."""

    _name = "field.service.pack.work"
    _description = "Work in a Performance Pack"

    def _collect_work(self, question, _content):
        """Completed orders and visits with their hours; None where nothing was done."""
        [(orders,)] = self.env["field.service.order.report"]._read_group(
            self._get_domain(question, "completed_on"), [], ["orders:sum"]
        )
        names = ("visits", "work_hours", "travel_hours")
        [sums] = self.env["field.service.visit.report"]._read_group(
            self._get_domain(question, "work_date"),
            [],
            [f"{name}:sum" for name in names],
        )
        figures = dict(zip(names, sums, strict=True))
        return {
            "orders": orders or 0,
            "visits": figures["visits"] or 0,
            "work_hours": self._clean(figures["work_hours"] or 0.0, 2),
            "travel_hours": self._clean(figures["travel_hours"] or 0.0, 2),
        }

    def _collect_service(self, question, _content):
        """The customer's completed orders, one by one."""
        model = self.env["field.service.order.report"]
        domain = [*self._get_domain(question, "completed_on"), ("orders", "=", 1)]
        rows = model.search(domain, limit=ORDERS_LISTED, order="completed_on, id")
        return {
            "count": model.search_count(domain),
            "rows": [
                {
                    "name": row.order_id.name,
                    "site": row.site_id.display_name or "",
                    "job_type": self._get_texts(row.job_type_id)
                    if row.job_type_id
                    else "",
                    "asset": row.asset_id.display_name or "",
                    "created_on": str(row.created_on),
                    "completed_on": str(row.completed_on),
                    "response": self._get_promise(row, "response"),
                    "resolution": self._get_promise(row, "resolution"),
                }
                for row in rows
            ],
        }

    @staticmethod
    def _get_promise(row, goal):
        """Whether a deadline was kept; None when none was agreed."""
        return bool(row[f"{goal}_met"]) if row[f"{goal}_due"] else None

    def _collect_equipment(self, question, _content):
        """Equipment that was worked on, with the number of orders."""
        groups = self.env["field.service.order.report"]._read_group(
            [
                *self._get_domain(question, "completed_on"),
                ("orders", "=", 1),
                ("asset_id", "!=", False),
            ],
            ["asset_id"],
            ["__count", "completed_on:max"],
        )
        rows = [
            {
                "name": asset.name,
                "serial": asset.serial or "",
                "site": asset.site_id.display_name or "",
                "orders": count,
                "last": str(last),
            }
            for asset, count, last in groups
        ]
        return sorted(
            rows, key=lambda row: (-row["orders"], row["name"], row["serial"])
        )
