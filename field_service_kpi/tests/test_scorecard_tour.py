from odoo import Command, fields
from odoo.tests import HttpCase, tagged

from .scorecard_common import ScorecardCommon


@tagged("post_install", "-at_install")
class TestScorecardTour(ScorecardCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Packages of Odoo leave this file out; without it the bundle warns.
        cls.env["ir.asset"].create(
            {
                "name": "No background blur",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": "mail/static/lib/selfie_segmentation/selfie_segmentation.js",
            }
        )
        # The browser's today is today: the work was done two months ago.
        done = fields.Datetime.subtract(fields.Datetime.now(), days=62)
        for order in cls.env["field.service.order"].union(*cls.orders.values()):
            order.completed_on = done
        cls.boss = cls._create_user(
            "score_tour",
            "field_service.group_manager",
            name="Tour",
        )
        cls.boss.company_ids = [Command.set(cls.company.ids)]

    def test_tour(self):
        self.start_tour(
            "/odoo/scorecards", "field_service_kpi_scorecard", login="fs_score_tour"
        )
