"""The sandbox alone, through clients that others wrote."""
