"""Taking jobs in and working on them until the person has their pictures, or knows why not."""
