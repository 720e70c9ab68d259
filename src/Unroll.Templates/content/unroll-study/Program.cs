using Unroll.Studies;

// What the folder has already is not run again: stop and start it as you like.
Study study = Study.Load("study.json");
StudyResult result = StudyRunner.Run(study, new RunOptions { OutputFolder = "runs" });
foreach (PartResult part in result.Parts)
    foreach (CellResult cell in part.Cells)
        Console.WriteLine($"{part.Part.Name}: {cell.Cell.Label}: test accuracy {cell.TestAccuracy.Mean:P1}");
Console.WriteLine("The report is runs/report.html.");
