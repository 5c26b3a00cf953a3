from odoo.tests import HttpCase


class TourCase(HttpCase):
    """A browser that reports only what has to do with us."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Packages of Odoo leave this file out although the manifest of `mail` names
        # it; the browser then reports an error that has nothing to do with us.
        cls.env["ir.asset"].create(
            {
                "name": "No background blur",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": "mail/static/lib/selfie_segmentation/selfie_segmentation.js",
            }
        )
