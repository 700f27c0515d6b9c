"""Services of the house over the facts of the hotel: stays, staff, rosters, imports."""
